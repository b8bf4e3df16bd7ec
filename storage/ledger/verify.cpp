#include "storage/ledger/verify.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/ledger/batches.h"
#include "storage/ledger/reload.h"
#include "storage/ledger/tile_files.h"
#include "storage/ledger/verify_entries.h"

namespace tenure::storage {

namespace {
// Detail may be missing only where an act of erasure names the entry, or where it was lost with a catalogue.
void check_erased(sqlite::Connection& db, const std::vector<std::uint64_t>& without_detail, LedgerReport& report) {
  std::set<std::uint64_t> erased;
  auto query = db.query("SELECT subject FROM ledger WHERE act = 'ledger-erase'");
  while (query.step()) {
    boost::system::error_code error;
    const auto subject = boost::json::parse(query.text(0), error);
    const auto* entries = error || !subject.is_object() ? nullptr : subject.get_object().if_contains("entries");
    if (entries == nullptr || !entries->is_array()) continue;
    for (const auto& entry : entries->get_array())
      if (entry.is_int64()) erased.insert(static_cast<std::uint64_t>(entry.get_int64()));
  }
  const auto through = rebuilt_through(db);
  for (const auto number : without_detail) {
    if (number <= through || erased.contains(number)) ++report.erased;
    else report.problems.push_back({number, "who acted and why is gone, and no act of erasure says so"});
  }
}

std::vector<SignedNote> notes_in(sqlite::Connection& db) {
  std::vector<SignedNote> notes;
  auto query = db.query("SELECT id, size, note FROM ledger_checkpoint ORDER BY id");
  while (query.step()) notes.push_back({query.text(2), "checkpoint " + std::to_string(query.natural(0)) + " in the catalogue"});
  return notes;
}

// Two looks at the ends: one condition over both would read every row.
bool has_acts_beyond(sqlite::Connection& db, std::uint64_t size) {
  auto first = db.query("SELECT min(number) FROM ledger"), last = db.query("SELECT max(number) FROM ledger");
  if (!first.step() || !last.step() || first.is_null(0)) return false;
  return first.integer(0) < 1 || last.natural(0) > size;
}

Leaves first_of(const Leaves& leaves, std::uint64_t count) {
  const auto hashes = std::min<std::uint64_t>(count, leaves.hashes.size());
  const auto tiles = std::min<std::uint64_t>(count / tree::kTileWidth, leaves.tile_roots.size());
  return {{leaves.hashes.begin(), leaves.hashes.begin() + static_cast<std::ptrdiff_t>(hashes)},
          {leaves.tile_roots.begin(), leaves.tile_roots.begin() + static_cast<std::ptrdiff_t>(tiles)}};
}

std::string last_prune(sqlite::Connection& db) {
  auto query = db.query("SELECT subject FROM ledger WHERE act = 'ledger-prune' ORDER BY number DESC LIMIT 1");
  return query.step() ? query.text(0) : "";
}
}  // namespace

std::vector<std::uint64_t> verify_history(const HistoryParts& parts, LedgerReport& report) {
  EntryCheck entries;
  const auto& folder = parts.folder;
  parts.catalogue.state().read([&](sqlite::Connection& db) {
    const auto size = tree::size(db), pruned = tree::pruned(db);
    report.entries = size;
    entries = check_entries(parts.catalogue, folder, {size, pruned, parts.published});
    report.problems.insert(report.problems.end(), entries.problems.begin(), entries.problems.end());
    if (!entries.whole) return;
    const auto& leaves = entries.leaves;
    if (has_acts_beyond(db, size)) report.problems.push_back({size + 1, "the catalogue has an entry that is not in the tree"});
    check_tiles(leaves, [&db](unsigned level, std::uint64_t index) { return tree::tile(db, level, index); }, "catalogue", report);
    // An act of this moment is not in the files yet.
    check_tiles(first_of(leaves, parts.published), [&folder](unsigned level, std::uint64_t index) { return read_tile_file(folder, tile_path(level, index)); }, "files", report);
    auto notes = notes_in(db);
    for (auto& note : notes_in_files(folder)) notes.push_back(std::move(note));
    check_notes(leaves, notes, parts.key, report);
    check_pruned(pruned, last_prune(db), report);
  });
  return std::move(entries.without_detail);
}

void verify_meaning(Catalogue& catalogue, const std::vector<std::uint64_t>& without_detail, LedgerReport& report) {
  // Of now: what was erased meanwhile is excused by its own act.
  catalogue.state().read([&](sqlite::Connection& db) { check_erased(db, without_detail, report); });
  BatchCheck batches;
  while (catalogue.state().read([&](sqlite::Connection& db) { return check_some_batches(db, batches); })) {}
  report.batches = batches.batches;
  for (auto& [entry, what] : batches.problems) report.problems.push_back({entry, std::move(what)});
}

}  // namespace tenure::storage
