// Calls in the catalogue: sealed details, the blind index, and what a rescan may find (I15).
#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/recording/hold_cover.h"

namespace tenure::storage {

namespace {
// A function, not a constant: constants of two files have no order between them.
std::string call_query(const std::string& segment_columns) {
  return "SELECT" + segment_columns +
         ", c.direction, c.duration, c.details, c.needs_details FROM call c JOIN segment s ON s.id = c.segment ";
}

SealedCallRow read_call(const sqlite::Statement& row) {
  return {read_segment(row), static_cast<Direction>(row.integer(kSegmentColumnCount)),
          Duration(row.integer(kSegmentColumnCount + 1)), row.blob(kSegmentColumnCount + 2),
          row.truth(kSegmentColumnCount + 3)};
}

// Of columns_without_held().
std::vector<SealedCallRow> read_calls(sqlite::Connection& db, sqlite::Statement query) {
  std::vector<SealedCallRow> rows;
  while (query.step()) rows.push_back(read_call(query));
  HoldCover holds(db);
  for (auto& row : rows) row.segment.held = holds.held(row.segment);
  return rows;
}

enum TombstoneKind { kContent = 0, kNative = 1, kPath = 2 };

Catalogue::Known known(sqlite::Connection& db, const std::string& live_sql, int kind, const Digest& token, SegmentId* which) {
  auto live = db.query(live_sql, token);
  if (live.step()) {
    if (which != nullptr) *which = live.id<SegmentId>(0);
    return Catalogue::Known::live;
  }
  auto erased = db.query("SELECT segment FROM tombstone_token WHERE kind = ? AND token = ?", kind, token);
  if (!erased.step()) return Catalogue::Known::no;
  if (which != nullptr) *which = erased.id<SegmentId>(0);
  return Catalogue::Known::erased;
}
}  // namespace

void insert_call(sqlite::Connection& db, const CallRecord& call) {
  const auto& row = call.segment;
  insert_segment(db, row, State::live, expiry_in(db, row.cls, row.span));
  db.run("INSERT INTO call(segment, direction, duration, details, content_token, native_token, group_token, needs_details)"
         " VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
         row.id, static_cast<int>(call.direction), call.duration, call.sealed_details, call.content_token,
         call.native_token, call.group_token, call.needs_details);
  for (const auto& token : call.tokens)
    db.run("INSERT OR IGNORE INTO call_token(token, segment) VALUES(?, ?)", token, row.id);
  db.run("INSERT OR REPLACE INTO call_path(token, segment) VALUES(?, ?)", call.path_token, row.id);
}

void Catalogue::commit_call(const CallRecord& call, const LedgerEntry& entry) {
  write([&](Transaction& transaction) {
    insert_call(transaction.db, call);
    insert_ledger(transaction.db, entry);
  });
}

Catalogue::Known Catalogue::known_content(const Digest& token, SegmentId* which) const {
  return state_->read([&](sqlite::Connection& db) {
    return known(db, "SELECT segment FROM call WHERE content_token = ?", kContent, token, which);
  });
}

Catalogue::Known Catalogue::known_native(const Digest& token, SegmentId* which) const {
  return state_->read([&](sqlite::Connection& db) {
    return known(db, "SELECT segment FROM call WHERE native_token = ?", kNative, token, which);
  });
}

Catalogue::Known Catalogue::known_path(const Digest& token) const {
  return state_->read([&](sqlite::Connection& db) {
    return known(db, "SELECT segment FROM call_path WHERE token = ?", kPath, token, nullptr);
  });
}

void Catalogue::add_path_alias(const SegmentId& id, const Digest& token) {
  write([&](Transaction& transaction) {
    auto& db = transaction.db;
    auto live = db.query("SELECT 1 FROM call WHERE segment = ?", id);
    if (live.step())
      db.run("INSERT OR REPLACE INTO call_path(token, segment) VALUES(?, ?)", token, id);
    else
      db.run("INSERT OR IGNORE INTO tombstone_token(kind, token, segment) VALUES(?, ?, ?)", static_cast<int>(kPath), token, id);
  });
}

std::vector<SealedCallRow> Catalogue::calls_by_token(const Digest& token) const {
  return state_->read([&](sqlite::Connection& db) {
    return read_calls(db, db.query(call_query(columns_without_held()) + "JOIN call_token t ON t.segment = c.segment"
                                   " WHERE t.token = ? AND s.state IN (1, 3) ORDER BY s.start_at DESC", token));
  });
}

std::vector<SealedCallRow> Catalogue::calls_between(const Interval& span) const {
  return state_->read([&](sqlite::Connection& db) {
    return read_calls(db, db.query(call_query(columns_without_held()) + "WHERE s.kind = 1 AND s.start_at >= ? AND s.start_at < ?"
                                   " AND s.state IN (1, 3) ORDER BY s.start_at DESC", span.from, span.to));
  });
}

std::optional<SealedCallRow> Catalogue::call(const SegmentId& id) const {
  return state_->read([&](sqlite::Connection& db) -> std::optional<SealedCallRow> {
    auto query = db.query(call_query(kSegmentColumns) + "WHERE c.segment = ?", id);
    if (!query.step()) return std::nullopt;
    return read_call(query);
  });
}

}  // namespace tenure::storage
