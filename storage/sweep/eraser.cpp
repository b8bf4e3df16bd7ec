#include "storage/sweep/eraser.h"

#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/ledger/batches.h"
#include "storage/sweep/tombstone_file.h"

namespace tenure::storage {

namespace {
struct Words {
  const char* act;
  const char* reason;
};
Words words_of(Cause cause) {
  switch (cause) {
    case Cause::sweep: return {"sweep", "retention period ended"};
    case Cause::erasure: return {"erase", "erased by order"};
    case Cause::pressure: return {"promise-broken", "deleted before its time to make room"};
  }
  return {"sweep", ""};
}

// What could not be removed, and why the first of it.
struct Stuck {
  std::set<SegmentId> rows;
  std::string why;
  template <typename Body>
  void guard(const std::vector<SegmentId>& all, const Body& body) {
    try {
      body();
    } catch (const std::exception& error) {
      rows.insert(all.begin(), all.end());
      if (why.empty()) why = error.what();
    }
  }
};

// Step 2. Bound to the id: after a crash the slot may be another segment's by now.
void erase_keys(KeySlots& keys, const std::vector<SegmentRow>& rows, Stuck& stuck) {
  for (const auto& row : rows) stuck.guard({row.id}, [&] { keys.erase(row.slot, row.id); });
  keys.sync();
}

using Folders = std::map<Path, std::vector<SegmentId>>;

// Step 3. A file already gone is as good.
Folders unlink_files(const Vaults& vaults, const std::vector<SegmentRow>& rows, Stuck& stuck) {
  Folders folders;
  for (const auto& row : rows)
    stuck.guard({row.id}, [&] {
      if (stuck.rows.contains(row.id)) return;
      const auto path = vaults.path_of(row);
      remove_file(path);
      folders[path.parent_path()].push_back(row.id);
    });
  return folders;
}

// Step 4.
void sync_folders(const Folders& folders, Stuck& stuck) {
  for (const auto& [folder, rows] : folders)
    stuck.guard(rows, [&path = folder] { if (boost::filesystem::is_directory(path)) sync_directory(path); });
}

std::string subject_of(const std::vector<SegmentRow>& rows) {
  std::map<std::string, std::uint64_t> classes;
  for (const auto& row : rows) ++classes[row.cls];
  boost::json::object counts;
  for (const auto& [cls, count] : classes) counts[cls] = count;
  return boost::json::serialize(boost::json::object{
      {"segments", rows.size()}, {"bytes", bytes_of(rows)}, {"classes", std::move(counts)}, {"root", to_hex(root_of_segments(rows))}});
}

// Of a call: what a rescan would ask.
void add_tokens(sqlite::Connection& db, const SegmentRow& row, Instant now, std::vector<TombstoneToken>& tokens) {
  auto query = db.query("SELECT 0, content_token FROM call WHERE segment = ?1 UNION ALL SELECT 1, native_token FROM call WHERE segment = ?1"
                        " UNION ALL SELECT 2, token FROM call_path WHERE segment = ?1", row.id);
  while (query.step()) tokens.push_back({query.bytes<32>(1), row.id, now, static_cast<int>(query.integer(0))});
}

// A tombstone for one row. What keeps a deleted call from coming back outlives it (I15); its index entries go with it.
void bury_row(sqlite::Connection& db, const SegmentRow& row, Cause cause, Instant now, std::uint64_t entry) {
  db.run("INSERT OR REPLACE INTO tombstone(segment, source, class, kind, start_at, end_at, expires_at, deleted_at, digest,"
         " ledger_sweep, cause, ledger_batch) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
         " (SELECT ledger_batch FROM segment WHERE id = ?1))", row.id, row.source, row.cls, static_cast<int>(row.kind),
         row.span.from, row.span.to, row.expires_at, now, row.digest, entry, static_cast<int>(cause));
  db.run("INSERT OR IGNORE INTO tombstone_token SELECT 0, content_token, segment FROM call WHERE segment = ?", row.id);
  db.run("INSERT OR IGNORE INTO tombstone_token SELECT 1, native_token, segment FROM call WHERE segment = ?", row.id);
  db.run("INSERT OR IGNORE INTO tombstone_token SELECT 2, token, segment FROM call_path WHERE segment = ?", row.id);
  db.run("DELETE FROM segment WHERE id = ? AND state = 2", row.id);
}

// One row for each source: what people are shown of it (I16).
void note_broken_promises(sqlite::Connection& db, const std::vector<SegmentRow>& rows, Instant now) {
  std::map<std::string, std::vector<SegmentRow>> sources;
  for (const auto& row : rows) sources[row.source].push_back(row);
  for (const auto& [source, lost] : sources) {
    Interval span = lost.front().span;
    for (const auto& row : lost) span = {std::min(span.from, row.span.from), std::max(span.to, row.span.to)};
    db.run("INSERT INTO broken_promise VALUES(?, ?, ?, ?, ?, ?, ?)", now, source, lost.front().cls, span.from, span.to,
           std::uint64_t{lost.size()}, bytes_of(lost));
  }
}

// Before its time goes only what an order on record names, and even then nothing that is held (I6, I8).
void must_be_ordered(sqlite::Connection& db, const SegmentRow& row, const TrustedTime& time) {
  const bool ordered = db.query("SELECT 1 FROM erasure_item WHERE segment = ?", row.id).step();
  if (!ordered || !may_delete(row, hold_view(db, row.id, time), Cause::erasure, time))
    throw Error(ErrorKind::internal, "Segment " + row.id.text() + " was to be erased without an order, or against a hold.");
}

std::map<Cause, std::vector<SegmentRow>> condemned_by_cause(sqlite::Connection& db, const Vaults& vaults) {
  std::map<Cause, std::vector<SegmentRow>> found;
  auto query = db.query("SELECT" + kSegmentColumns + ", s.cause FROM segment s WHERE s.state = 2 ORDER BY s.expires_at");
  while (query.step()) {
    auto row = read_segment(query);
    if (vaults.online(row.vault)) found[static_cast<Cause>(query.integer(kSegmentColumnCount))].push_back(std::move(row));
  }
  return found;
}
}  // namespace

std::uint64_t bytes_of(const std::vector<SegmentRow>& rows) {
  std::uint64_t bytes = 0;
  for (const auto& row : rows) bytes += row.bytes;
  return bytes;
}

Eraser::Eraser(Catalogue& catalogue, const Clock& clock, Vaults& vaults, KeySlots& keys, Path tombstones)
    : catalogue_(catalogue), clock_(clock), vaults_(vaults), keys_(keys), tombstones_(std::move(tombstones)), on_step_([](int) {}) {}

std::vector<SegmentRow> Eraser::erase(Cause cause, const Choose& choose) {
  const std::scoped_lock lock(mutex_);
  on_step_(1);
  std::vector<SegmentRow> doomed;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    doomed = choose(transaction, clock_.trusted());
    for (auto& row : doomed) {
      if (cause == Cause::erasure) must_be_ordered(transaction.db, row, clock_.trusted());
      transaction.db.run("UPDATE segment SET state = 2, cause = ? WHERE id = ?", static_cast<int>(cause), row.id);
      row.state = State::condemned;
    }
  });
  if (doomed.empty()) return doomed;
  return finish(cause, std::move(doomed));
}

// Steps 2 to 5, in the order that every crash must leave a prefix of. Returns what was buried: not what lies in a vault
// that went off line meanwhile or could not be removed, which stays condemned until it can.
std::vector<SegmentRow> Eraser::finish(Cause cause, std::vector<SegmentRow> rows) {
  Stuck stuck;
  on_step_(2);
  erase_keys(keys_, rows, stuck);
  on_step_(3);
  const auto folders = unlink_files(vaults_, rows, stuck);
  on_step_(4);
  sync_folders(folders, stuck);
  std::erase_if(rows, [&](const SegmentRow& row) { return !vaults_.online(row.vault); });
  auto left = rows;
  std::erase_if(left, [&](const SegmentRow& row) { return !stuck.rows.contains(row.id); });
  std::erase_if(rows, [&](const SegmentRow& row) { return stuck.rows.contains(row.id); });
  on_step_(5);
  if (!rows.empty()) bury(cause, rows);
  for (const auto& row : rows) {
    keys_.give_back(row.slot);  // behind the commit that drops its row: no two rows ever name one slot
    vaults_.drop_empty_folders(row);
  }
  tell_stuck(left, stuck.why);
  return rows;
}

void Eraser::tell_stuck(const std::vector<SegmentRow>& rows, const std::string& why) {
  if (rows.empty()) return;
  auto all = stuck_.lock();
  all->count += rows.size();
  if (all->why.empty()) all->why = why;
}

std::string Eraser::stuck() const {
  auto all = stuck_.lock();
  if (all->count == 0) return {};
  return std::to_string(all->count) + " recordings that must go cannot be removed; their keys are erased, or will be: " + all->why;
}

void Eraser::bury(Cause cause, const std::vector<SegmentRow>& rows) {
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    const auto now = clock_.now();
    const auto [act, reason] = words_of(cause);
    const auto entry = insert_ledger(transaction.db, ledger_entry(now, {"tenured"}, act, subject_of(rows), reason));
    std::vector<TombstoneToken> tokens;
    for (const auto& row : rows) {
      if (row.kind == Kind::calls) add_tokens(transaction.db, row, now, tokens);
      bury_row(transaction.db, row, cause, now, entry);
    }
    if (!tombstones_.empty()) append_tombstones(tombstones_, tokens);  // before the commit: they must outlive a lost catalogue
    if (cause == Cause::pressure) note_broken_promises(transaction.db, rows, now);
  });
}

std::vector<SegmentRow> Eraser::finish_condemned() {
  const std::scoped_lock lock(mutex_);
  *stuck_.lock() = {};
  std::vector<SegmentRow> finished;
  auto all = catalogue_.state().read([&](sqlite::Connection& db) { return condemned_by_cause(db, vaults_); });
  for (auto& [cause, rows] : all) {
    const auto gone = finish(cause, std::move(rows));
    finished.insert(finished.end(), gone.begin(), gone.end());
  }
  return finished;
}

}  // namespace tenure::storage
