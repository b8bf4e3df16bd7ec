#include "storage/sweeper.h"

#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue_state.h"
#include "storage/ledger/batches.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kBatch = 200;  // rows condemned in one transaction; a hold waits for no more than that
constexpr std::size_t kMostShown = 10'000;

using Candidates = std::vector<std::pair<SegmentRow, HoldView>>;

// What has expired, with how holds stand to it, oldest expiry first, until `limit` rows may go. Off-line vaults are not
// touched (I19).
Candidates expired(sqlite::Connection& db, const Vaults& vaults, const TrustedTime& time, std::size_t limit) {
  static const std::string sql =
      "SELECT" + kSegmentColumns + ", EXISTS(SELECT 1 FROM hold h WHERE h.released_at IS NULL AND " + kCovers +
      "), EXISTS(SELECT 1 FROM hold h WHERE h.released_at IS NOT NULL AND h.counts_until > ?2 AND " + kCovers +
      ") FROM segment s WHERE s.state = ?1 AND s.expires_at <= ?2 ORDER BY s.expires_at";
  Candidates view;
  std::map<std::string, bool> online;
  for (const auto state : {State::live, State::lost}) {
    std::size_t free = 0;
    auto query = db.query(sql, static_cast<int>(state), time.lo);
    while (free < limit && query.step()) {
      auto row = read_segment(query);
      if (const auto known = online.find(row.vault); known == online.end()) online[row.vault] = vaults.online(row.vault);
      if (!online[row.vault]) continue;
      const HoldView holds{query.truth(kSegmentColumnCount), query.truth(kSegmentColumnCount + 1)};
      if (may_delete(row, holds, Cause::sweep, time)) ++free;
      view.emplace_back(std::move(row), holds);
    }
  }
  return view;
}

// Step 1 of I3. The check and the mark are one transaction, so that a hold is either seen here or finds them condemned.
std::vector<SegmentRow> condemn(Catalogue& catalogue, const Clock& clock, const Vaults& vaults) {
  std::vector<SegmentRow> doomed;
  catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto time = clock.trusted();
    db.run("UPDATE hold SET ended_at = ?1 WHERE ended_at IS NULL AND counts_until <= ?1", time.lo);
    doomed = plan_erasure(expired(db, vaults, time, kBatch), time, kBatch);
    for (auto& row : doomed) {
      db.run("UPDATE segment SET state = 2 WHERE id = ?", row.id);
      row.state = State::condemned;
    }
  });
  return doomed;
}

// Step 2. Bound to the id: after a crash the slot may be another segment's by now.
void erase_keys(KeySlots& keys, const std::vector<SegmentRow>& rows) {
  for (const auto& row : rows) keys.erase(row.slot, row.id);
  keys.sync();
}

// Step 3. A file already gone is as good.
std::set<Path> unlink_files(const Vaults& vaults, const std::vector<SegmentRow>& rows) {
  std::set<Path> folders;
  for (const auto& row : rows) {
    const auto path = vaults.path_of(row);
    remove_file(path);
    folders.insert(path.parent_path());
  }
  return folders;
}

// Step 4.
void sync_folders(const std::set<Path>& folders) {
  for (const auto& folder : folders)
    if (boost::filesystem::is_directory(folder)) sync_directory(folder);
}

std::string subject_of(const std::vector<SegmentRow>& rows) {
  std::uint64_t bytes = 0;
  std::map<std::string, std::uint64_t> classes;
  for (const auto& row : rows) {
    bytes += row.bytes;
    ++classes[row.cls];
  }
  boost::json::object counts;
  for (const auto& [cls, count] : classes) counts[cls] = count;
  return boost::json::serialize(boost::json::object{
      {"segments", rows.size()}, {"bytes", bytes}, {"classes", std::move(counts)}, {"root", to_hex(root_of_segments(rows))}});
}

// Step 5. What keeps a deleted call from coming back outlives it (I15); its index entries go with its row.
void bury(Catalogue& catalogue, const Clock& clock, const std::vector<SegmentRow>& rows) {
  catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto now = clock.now();
    const auto number = insert_ledger(db, ledger_entry(now, {"tenured"}, "sweep", subject_of(rows), "retention period ended"));
    for (const auto& row : rows) {
      db.run("INSERT OR REPLACE INTO tombstone(segment, source, class, kind, start_at, end_at, expires_at, deleted_at, digest,"
             " ledger_sweep, ledger_batch) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
             " (SELECT ledger_batch FROM segment WHERE id = ?1))", row.id, row.source, row.cls, static_cast<int>(row.kind),
             row.span.from, row.span.to, row.expires_at, now, row.digest, number);
      db.run("INSERT OR IGNORE INTO tombstone_token SELECT 0, content_token, segment FROM call WHERE segment = ?", row.id);
      db.run("INSERT OR IGNORE INTO tombstone_token SELECT 1, native_token, segment FROM call WHERE segment = ?", row.id);
      db.run("INSERT OR IGNORE INTO tombstone_token SELECT 2, token, segment FROM call_path WHERE segment = ?", row.id);
      db.run("DELETE FROM segment WHERE id = ? AND state = 2", row.id);
    }
  });
}

// Steps 2 to 5 of I3, in the order that every crash must leave a prefix of. Returns what was buried: not what lies in a
// vault that went off line meanwhile, which stays condemned until it is back.
std::vector<SegmentRow> finish(Catalogue& catalogue, const Clock& clock, const Vaults& vaults, KeySlots& keys,
                               std::vector<SegmentRow> rows, const std::function<void(int)>& on_step) {
  on_step(2);
  erase_keys(keys, rows);
  on_step(3);
  const auto folders = unlink_files(vaults, rows);
  on_step(4);
  sync_folders(folders);
  std::erase_if(rows, [&](const SegmentRow& row) { return !vaults.online(row.vault); });
  on_step(5);
  if (!rows.empty()) bury(catalogue, clock, rows);
  return rows;
}

std::uint64_t bytes_of(const std::vector<SegmentRow>& rows) {
  std::uint64_t bytes = 0;
  for (const auto& row : rows) bytes += row.bytes;
  return bytes;
}
}  // namespace

Sweeper::Sweeper(Catalogue& catalogue, const Clock& clock, Vaults& vaults, KeySlots& keys)
    : catalogue_(catalogue), clock_(clock), vaults_(vaults), keys_(keys), on_step_([](int) {}) {}

SweepReport Sweeper::sweep() {
  SweepReport report;
  report.deleted = finish_condemned();  // a sweep that failed half-way goes on where it stopped
  for (;;) {
    on_step_(1);
    const auto rows = condemn(catalogue_, clock_, vaults_);
    if (rows.empty()) break;
    const auto gone = finish(catalogue_, clock_, vaults_, keys_, rows, on_step_);
    report.deleted += gone.size();
    report.bytes += bytes_of(gone);
  }
  const auto left = dry_run();
  report.held_back = left.held_back;
  report.next = left.next;
  if (report.deleted > 0)
    log_info("sweep deleted={} bytes={} held={}", report.deleted, report.bytes, report.held_back);
  return report;
}

SweepReport Sweeper::dry_run() const {
  SweepReport report;
  const auto time = clock_.trusted();
  const auto view = catalogue_.state().read([&](sqlite::Connection& db) { return expired(db, vaults_, time, kMostShown); });
  report.due = plan_erasure(view, time, kMostShown);
  report.bytes = bytes_of(report.due);
  report.held_back = view.size() - report.due.size();
  report.next = catalogue_.next_expiry();
  return report;
}

std::uint64_t Sweeper::finish_condemned() {
  std::vector<SegmentRow> rows;
  for (auto& row : catalogue_.in_state(State::condemned))
    if (vaults_.online(row.vault)) rows.push_back(std::move(row));
  return rows.empty() ? 0 : finish(catalogue_, clock_, vaults_, keys_, std::move(rows), on_step_).size();
}

}  // namespace tenure::storage
