#include "storage/backup/restored_holds.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/backup/restore.h"
#include "storage/backup/restored_mark.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/holds/hold_file.h"
#include "storage/holds/hold_rows.h"
#include "storage/keys/root_key.h"
#include "storage/vault/readable.h"

namespace tenure::storage {

namespace fs = boost::filesystem;
namespace json = boost::json;

namespace {
constexpr std::size_t kLargestFile = 4 << 20;

Key file_key_in(const Path& state) {
  auto given = load_key_encryption_keys(state);
  auto root = RootKeyFiles(state / "keys").open(given).root;
  const auto key = hold_keys(root).file;
  for (auto& one : given) wipe(one);
  wipe(root);
  return key;
}

struct Found {
  Hold hold;
  Blob bytes;
};

// A disk that gives it the second time may give it again: then the restore is to be tried again.
std::optional<Found> opened(const Path& file, const Key& key, std::vector<std::string>& notes) {
  try {
    return Found{read_hold_file(file, key), read_whole(file, kLargestFile)};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::io && can_be_read(file)) throw;
    notes.push_back("the hold file " + log_safe(file.string()) + " was left where it is (" + log_safe(error.what()) +
                    "): if it is of a hold that is younger than the backup, that is not back");
    return std::nullopt;
  }
}

// It was being released when the catalogue was copied, and its file, which is younger, does not say so any more.
bool was_kept(const Hold& row, const Path& file, const Key& key, const std::optional<Instant>& copied) {
  if (!row.counts_until || !copied || *row.counts_until <= *copied) return false;
  try {
    return !read_hold_file(file, key).released_at;
  } catch (const Error&) {
    return false;
  }
}

void write_missing_file(const Path& folder, const Key& key, const Hold& hold) {
  try {
    write_hold_file(folder, key, hold);
  } catch (const Error& error) {  // in force all the same, by its row
    log_error("event=hold-file-not-written hold={} cause=\"{}\" effect=\"a rebuild would not know of it\"",
              hold.id.text(), log_safe(error.what()));
  }
}

void take_back_release(const FinishRestoreParts& parts, const Hold& hold) {
  parts.catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run(
        "UPDATE hold SET released_at = NULL, counts_until = NULL, released_by = NULL, release_reason = NULL, ended_at "
        "= NULL"
        " WHERE id = ?",
        hold.id);
    auto kept = hold;
    kept.state = "active";
    insert_ledger(transaction.db, ledger_entry(parts.clock.now(), {"tenured"}, "hold-adopt", hold_subject(kept),
                                               "its file says that its release was taken back"));
  });
}
}  // namespace

json::object to_json(const RestoredHolds& holds) {
  return {{"in_backup", holds.in_backup},
          {"from_copies", holds.from_copies},
          {"known_until", holds.known_until ? json::value(to_rfc3339(*holds.known_until)) : json::value()}};
}

json::object in_words(const RestoredHolds& holds) {
  auto object = to_json(holds);
  const auto until = holds.known_until ? "after " + to_rfc3339(std::chrono::floor<Seconds>(*holds.known_until))
                                       : std::string("later than these");
  object["text"] = "Holds in force: " + std::to_string(holds.in_backup) + " from the backup of the data, " +
                   std::to_string(holds.from_copies) +
                   " placed after it, from the copies of their files. One that was placed " + until +
                   " may not be back, and keeps nothing then: ask who places holds, and place it again.";
  return object;
}

void restore_holds(const Path& data, const Path& state, RestoreReport& report) {
  sqlite::Connection db(data / "catalogue.db", /*writes=*/false);
  auto& holds = report.holds;
  {
    auto rows = db.query("SELECT count(*) FROM hold WHERE released_at IS NULL");
    if (rows.step()) holds.in_backup = rows.natural(0);
  }
  holds.known_until = parse_rfc3339(report.data_made_at);
  if (!fs::is_directory(data / "holds")) return;
  auto key = file_key_in(state);
  make_directories(state / "holds");
  for (const auto& item : fs::directory_iterator(data / "holds")) {
    if (!is_hold_file(item.path())) continue;
    const auto found = opened(item.path(), key, report.notes);
    if (!found) continue;
    const auto& hold = found->hold;
    write_durably(hold_file_path(state / "holds", hold.id), found->bytes);
    ++report.files;
    report.bytes += found->bytes.size();
    holds.from_copies += !hold.released_at && !hold_exists(db, hold.id);
    holds.known_until = std::max(holds.known_until.value_or(hold.placed_at),
                                 std::max(hold.placed_at, hold.released_at.value_or(hold.placed_at)));
  }
  wipe(key);
}

void mend_restored_holds(const FinishRestoreParts& parts, const RestoredMark& used) {
  const auto folder = parts.state / "holds";
  const auto keys = hold_keys(parts.keys.root());
  const auto time = parts.clock.trusted();
  const auto copied = parse_rfc3339(used.data_made_at);
  const auto rows = parts.catalogue.state().read([&](sqlite::Connection& db) { return load_holds(db, keys, time); });
  for (const auto& hold : rows) {
    const auto file = hold_file_path(folder, hold.id);
    if (!fs::exists(file)) {
      if (hold.state != "released") write_missing_file(folder, keys.file, hold);
    } else if (was_kept(hold, file, keys.file, copied)) {
      take_back_release(parts, hold);
    }
  }
}

std::optional<RestoredHolds> holds_of_last_restore(Catalogue& catalogue) {
  const auto subject = catalogue.state().read([](sqlite::Connection& db) -> std::string {
    auto query = db.query(
        "SELECT subject FROM ledger WHERE act = 'restore' AND number >"
        " (SELECT coalesce(max(number), 0) FROM ledger WHERE act = 'ledger-rollback-accepted') ORDER BY number DESC "
        "LIMIT 1");
    return query.step() ? query.text(0) : std::string();
  });
  if (subject.empty()) return std::nullopt;
  const auto entry = json::parse(subject).as_object();
  const auto* holds = entry.if_contains("holds");
  if (holds == nullptr) return std::nullopt;  // of an older version
  const auto& until = holds->at("known_until");
  return RestoredHolds{holds->at("in_backup").to_number<std::uint64_t>(),
                       holds->at("from_copies").to_number<std::uint64_t>(),
                       until.is_string() ? parse_rfc3339(until.get_string()) : std::nullopt};
}

}  // namespace tenure::storage
