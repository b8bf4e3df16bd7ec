// Segments in the catalogue: reserved, committed with their expiry, found, lost.
#include <algorithm>
#include <limits>

#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/recording/hold_cover.h"
#include "storage/recording/restamp.h"

namespace tenure::storage {

// A segment of no length still occupies its instant, so that a hold around it counts; one that is being recorded may
// come to its two minutes.
const std::string kCovers = R"sql(
  (EXISTS(SELECT 1 FROM hold_span p WHERE p.hold = h.id AND p.source = s.source
          AND p.from_at < max(s.end_at, s.start_at + iif(s.state = 0, 120000000, 1)) AND p.to_at > s.start_at)
   OR EXISTS(SELECT 1 FROM hold_call c WHERE c.hold = h.id AND c.segment = s.id)
   OR (s.kind = 1 AND EXISTS(SELECT 1 FROM call k JOIN hold_call c ON c.group_token = k.group_token
                             WHERE k.segment = s.id AND c.hold = h.id))
   OR (s.kind = 1 AND EXISTS(SELECT 1 FROM hold_number n JOIN call_token t ON t.token = n.token
          WHERE n.hold = h.id AND (t.segment = s.id OR t.segment IN (SELECT g.segment FROM call k JOIN call g
                ON g.group_token = k.group_token WHERE k.segment = s.id)))))
  AND NOT EXISTS(SELECT 1 FROM hold_missed m WHERE m.hold = h.id AND m.segment = s.id))sql";

static const std::string kOwnColumns =
    " s.id, s.source, s.class, s.kind, s.state, s.start_at, s.end_at, s.expires_at, s.bytes, s.plain_bytes, s.digest,"
    " s.slot, s.vault, s.run, s.time_doubtful, s.clock_offset, s.line, s.filed_at, s.readable_until,";

const std::string kSegmentColumns = kOwnColumns + " EXISTS(SELECT 1 FROM hold h WHERE h.ended_at IS NULL AND " + kCovers + ") ";

const std::string& columns_without_held() {
  static const std::string sql = kOwnColumns + " 0 ";
  return sql;
}

SegmentRow read_segment(const sqlite::Statement& row) {
  SegmentRow segment;
  segment.id = row.id<SegmentId>(0);
  segment.source = row.text(1);
  segment.cls = row.text(2);
  segment.kind = static_cast<Kind>(row.integer(3));
  segment.state = static_cast<State>(row.integer(4));
  segment.span = {row.instant(5), row.instant(6)};
  segment.expires_at = row.instant(7);
  segment.bytes = row.natural(8);
  segment.plain_bytes = row.natural(9);
  segment.digest = row.bytes<32>(10);
  segment.slot = row.natural(11);
  segment.vault = row.text(12);
  segment.run = static_cast<std::uint32_t>(row.natural(13));
  segment.time_doubtful = row.truth(14);
  if (!row.is_null(15)) segment.clock_offset = Duration(row.integer(15));
  segment.line = row.maybe_instant(16);
  segment.filed_at = row.maybe_instant(17);
  segment.readable_until = row.maybe_instant(18);
  segment.held = row.truth(19);
  return segment;
}

std::optional<SegmentRow> segment_by_id(sqlite::Connection& db, const SegmentId& id) {
  auto query = db.query("SELECT" + kSegmentColumns + "FROM segment s WHERE s.id = ?", id);
  if (!query.step()) return std::nullopt;
  return read_segment(query);
}

void insert_segment(sqlite::Connection& db, const SegmentRow& row, State state, Instant expires_at) {
  db.run("INSERT OR IGNORE INTO source(name, class, kind) VALUES(?, ?, ?)", row.source, row.cls, static_cast<int>(row.kind));
  db.run("INSERT INTO segment(id, source, class, kind, state, start_at, end_at, expires_at, bytes, plain_bytes, digest,"
         " slot, vault, run, time_doubtful, clock_offset, line) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
         " ?14, ?15, ?16, ?17) ON CONFLICT(id) DO UPDATE SET state = ?5, start_at = ?6, end_at = ?7, expires_at = ?8, bytes = ?9,"
         " plain_bytes = ?10, digest = ?11, slot = ?12, vault = ?13, run = ?14, time_doubtful = ?15, clock_offset = ?16,"
         " line = coalesce(?17, segment.line)"
         " WHERE segment.state = 0",
         row.id, row.source, row.cls, static_cast<int>(row.kind), static_cast<int>(state), row.span.from,
         std::max(row.span.from, row.span.to), expires_at, row.bytes, row.plain_bytes, row.digest, row.slot, row.vault,
         row.run, row.time_doubtful, row.clock_offset, row.line);
  if (db.changes() == 0)
    throw Error(ErrorKind::refused, "Segment " + row.id.text() + " is already in the catalogue and no longer reserved.");
  db.run("UPDATE source SET longest = ?2 WHERE name = ?1 AND longest < ?2", row.source, row.span.length());
  if (state == State::live) restamp_if_settled(db, row);
}

void Catalogue::reserve_segment(const SegmentRow& row) {
  write([&](Transaction& transaction) {
    insert_segment(transaction.db, row, State::reserved, expiry_in(transaction.db, row.cls, row.span));
  });
}

void Catalogue::commit_segment(const SegmentRow& row) {
  write([&](Transaction& transaction) {
    insert_segment(transaction.db, row, State::live, expiry_in(transaction.db, row.cls, row.span));
  });
}

void Catalogue::drop_reservation(const SegmentId& id) {
  write([&](Transaction& transaction) { transaction.db.run("DELETE FROM segment WHERE id = ? AND state = 0", id); });
}

void Catalogue::mark_lost(const SegmentId& id) {
  write([&](Transaction& transaction) { transaction.db.run("UPDATE segment SET state = 3 WHERE id = ? AND state = 1", id); });
}

std::vector<SegmentRow> Catalogue::in_state(State wanted) const {
  return state_->read([&](sqlite::Connection& db) {
    std::vector<SegmentRow> rows;
    auto query = db.query("SELECT" + kSegmentColumns + "FROM segment s WHERE s.state = ? ORDER BY s.expires_at",
                          static_cast<int>(wanted));
    while (query.step()) rows.push_back(read_segment(query));
    return rows;
  });
}

namespace {
constexpr auto kEnd = std::numeric_limits<std::int64_t>::max();

// One source, newest overlaps bounded by the longest segment it ever had, so that the index answers. What is held is not
// said yet.
void segments_of_source(sqlite::Connection& db, const std::string& source, const SegmentQuery& query,
                        std::vector<SegmentRow>& rows) {
  const auto from = query.span ? micros_of(query.span->from) : 0;
  const auto to = query.span ? micros_of(query.span->to) : kEnd;
  auto statement = db.query(
      "SELECT" + columns_without_held() + "FROM segment s WHERE s.source = ?1 AND s.start_at < ?3"
      " AND s.start_at >= ?2 - (SELECT max(longest, 120000000) FROM source WHERE name = ?1)"
      " AND max(s.end_at, s.start_at + iif(s.state = 0, 120000000, 1)) > ?2"
      " AND (?4 IS NULL OR s.class = ?4) AND (s.kind = 1 OR ?5) AND (s.kind = 0 OR ?6) AND s.state IN (0, 1, 3)"
      " ORDER BY s.start_at LIMIT ?7",
      source, from, to, query.cls, query.cameras, query.calls, std::uint64_t{query.limit});
  while (statement.step()) rows.push_back(read_segment(statement));
}
}  // namespace

std::vector<SegmentRow> Catalogue::segments(const SegmentQuery& query) const {
  return state_->read([&](sqlite::Connection& db) {
    std::vector<SegmentRow> rows;
    if (query.id) {
      if (auto row = segment_by_id(db, *query.id)) rows.push_back(std::move(*row));
      return rows;
    }
    if (query.source) {
      segments_of_source(db, *query.source, query, rows);
    } else {
      auto names = db.query("SELECT name FROM source ORDER BY name");
      while (names.step()) segments_of_source(db, names.text(0), query, rows);
      std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.span.from < b.span.from; });
      if (rows.size() > query.limit) rows.resize(query.limit);
    }
    HoldCover holds(db);
    for (auto& row : rows) row.held = holds.held(row);
    return rows;
  });
}

}  // namespace tenure::storage
