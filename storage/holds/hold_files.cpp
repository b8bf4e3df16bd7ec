// The hold files against their rows: what a start finds, and the end of what was released.
#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/holds/hold_file.h"
#include "storage/holds/hold_rows.h"

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
LedgerEntry adopted(const Hold& hold, Instant now) {
  return ledger_entry(now, {"tenured"}, "hold-adopt", hold_subject(hold), "its file was found without its row");
}
}  // namespace

std::size_t Holds::adopt_stray_files() {
  std::size_t count = 0;
  for (const auto& item : fs::directory_iterator(folder_)) {
    if (!is_hold_file(item.path())) continue;
    try {
      const auto found = read_hold_file(item.path(), file_key_);
      std::optional<Hold> hold;
      catalogue_.write([&](Catalogue::Transaction& transaction) {
        const auto time = clock_.trusted();
        const HoldKeys keys{file_key_, index_key_};
        if (!hold_exists(transaction.db, found.id) && insert_found_hold(transaction.db, keys, found, time)) {
          insert_ledger(transaction.db, adopted(found, clock_.now()));
          ++count;
        }
        hold = load_hold(transaction.db, keys, found.id, time);
      });
      if (!hold || hold->state == "released")
        remove_hold_file(folder_, found.id);
      else if (hold->counts_until != found.counts_until)
        write_hold_file(folder_, file_key_, *hold);  // released just before a crash
    } catch (const Error& error) {
      // Kept where it is: a person must look, and nothing is deleted because of it.
      log_error("hold file={} adopted=no cause=\"{}\"", item.path().filename().string(), error.what());
    }
  }
  return count;
}

void Holds::drop_ended_files() {
  const std::scoped_lock lock(file_mutex_);
  const auto time = clock_.trusted();
  for (const auto& item : fs::directory_iterator(folder_)) {
    const auto id = HoldId::parse(item.path().stem().string());
    if (!id || !is_hold_file(item.path())) continue;
    const auto hold = catalogue_.state().read(
        [&](sqlite::Connection& db) { return load_hold(db, {file_key_, index_key_}, *id, time); });
    if (hold && hold->state == "released") remove_hold_file(folder_, *id);
  }
}

}  // namespace tenure::storage
