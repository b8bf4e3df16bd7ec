#include "storage/recording/restamp.h"

#include <boost/json.hpp>

#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/recording/downtime.h"

namespace tenure::storage {

namespace {
constexpr Duration kNotWorthMoving = Seconds(2);

std::optional<Duration> offset_of(sqlite::Connection& db, Instant line) {
  auto query = db.query("SELECT offset FROM time_line WHERE line = ?", line);
  if (!query.step()) return std::nullopt;
  return Duration(query.integer(0));
}

std::optional<Instant> stored_line(sqlite::Connection& db, const SegmentId& id) {
  auto query = db.query("SELECT line FROM segment WHERE id = ?", id);
  return query.step() ? query.maybe_instant(0) : std::nullopt;
}

// A hold that covers it where it lay covers it where it goes: by its id (I8).
void keep_holds(sqlite::Connection& db, const SegmentId& id) {
  static const std::string sql =
      "INSERT OR IGNORE INTO hold_call(hold, segment) SELECT h.id, s.id FROM segment s JOIN hold h ON h.ended_at IS NULL AND " +
      kCovers + " WHERE s.id = ?";
  db.run(sql, id);
}

void move(sqlite::Connection& db, const SegmentRow& row, Duration offset) {
  keep_holds(db, row.id);
  const Interval span{row.span.from + offset, row.span.to + offset};
  // A call whose start only its import says stays doubtful for that reason.
  db.run("UPDATE segment SET start_at = ?2, end_at = ?3, expires_at = ?4, filed_at = coalesce(filed_at, start_at),"
         " time_doubtful = (kind = 1), line = NULL WHERE id = ?1",
         row.id, span.from, span.to, expiry_in(db, row.cls, span));
  // Due at once by its true time: that is no reason for the sweep to ask (I11).
  db.run("INSERT OR IGNORE INTO sweep_late SELECT s.id FROM segment s JOIN sweep_mark m ON m.vault = s.vault AND m.class = s.class"
         " WHERE s.id = ? AND s.expires_at <= m.lo", row.id);
}

void clear(sqlite::Connection& db, const SegmentRow& row) {
  db.run("UPDATE segment SET time_doubtful = (kind = 1), line = NULL WHERE id = ?", row.id);
}

void move_or_clear(sqlite::Connection& db, const SegmentRow& row, Duration offset) {
  if (offset > kNotWorthMoving || -offset > kNotWorthMoving) move(db, row, offset);
  else clear(db, row);
}

std::vector<SegmentRow> rows_where(sqlite::Connection& db, const std::string& condition, Instant at) {
  std::vector<SegmentRow> rows;
  auto query = db.query("SELECT" + kSegmentColumns + "FROM segment s WHERE s.state IN (1, 3) AND " + condition, at);
  while (query.step()) rows.push_back(read_segment(query));
  return rows;
}

std::uint64_t move_gaps(sqlite::Connection& db, Instant line, Duration offset) {
  db.run("UPDATE OR REPLACE gap SET start_at = start_at + ?2, end_at = end_at + ?2, line = NULL WHERE line = ?1", line, offset);
  return static_cast<std::uint64_t>(db.changes());
}

// Lowered: the gaps that lie ahead go back, too. What is being recorded keeps its stamp until it is committed, so it is
// given a line of its own, which is settled already.
std::uint64_t bring_back(sqlite::Connection& db, Instant now, Duration offset) {
  db.run("UPDATE segment SET line = ?1 WHERE state = 0 AND kind = 0 AND line IS NULL AND start_at > ?1", now);
  if (db.changes() > 0) db.run("INSERT INTO time_line(line, offset, settled_at) VALUES(?1, ?2, ?1)", now, offset);
  db.run("UPDATE OR REPLACE gap SET start_at = start_at + ?2, end_at = end_at + ?2 WHERE line IS NULL AND start_at > ?1", now, offset);
  return static_cast<std::uint64_t>(db.changes());
}

// Logins of this line go on, as old as they are: who settles it is not logged out by that. And what waits for a day to
// pass, as keys do that nobody claims, waits for it still. What a restore erased again gets its date, for the paper. `now`
// is what the line's own time had come to: a restored catalogue may hold later ones, which are of another.
void move_waiting(sqlite::Connection& db, Instant line, Instant now, Duration offset) {
  db.run("UPDATE stray_key SET found_at = found_at + ?3 WHERE found_at BETWEEN ?1 AND ?2", line, now, offset);
  db.run("UPDATE tombstone SET deleted_at = deleted_at + ?3 WHERE deleted_at BETWEEN ?1 AND ?2 AND segment IN"
         " (SELECT i.segment FROM erasure e JOIN erasure_item i ON i.erasure = e.id WHERE e.ordered_by = '')",
         line, now, offset);
  db.run("UPDATE erasure SET ordered_at = ordered_at + ?3 WHERE ordered_by = '' AND ordered_at BETWEEN ?1 AND ?2",
         line, now, offset);
  db.run("UPDATE session SET started_at = started_at + ?3, seen_at = seen_at + ?3, proved_at = proved_at + ?3"
         " WHERE started_at BETWEEN ?1 AND ?2",
         line, now, offset);
}

// Recorded in an earlier boot whose doubt nobody settled: it moves by nothing at the least and by this offset at the
// most. Deleted by the latest it can be, read by the earliest.
std::uint64_t bound_earlier(sqlite::Connection& db, Instant line, Duration offset) {
  const auto rows = rows_where(db, "s.line < ?", line);
  for (const auto& row : rows) {
    const Interval latest{row.span.from + offset, row.span.to + offset};
    db.run("UPDATE segment SET readable_until = min(expires_at, ?2), expires_at = max(expires_at, ?2), time_doubtful = 1, line = NULL WHERE id = ?1",
           row.id, expiry_in(db, row.cls, latest));
  }
  return rows.size();
}

std::string_view name_of(Settlement::By by) {
  switch (by) {
    case Settlement::By::synchronisation: return "synchronisation";
    case Settlement::By::witness: return "witness";
    case Settlement::By::person: return "person";
    case Settlement::By::two_persons: return "two persons";
  }
  return "unknown";
}

LedgerEntry entry_of(const RestampOrder& order, const RestampReport& report) {
  const auto& settlement = order.settlement;
  boost::json::object subject{{"offset_seconds", static_cast<double>(settlement.offset.count()) / 1e6}, {"by", name_of(settlement.by)},
                              {"segments", report.segments}, {"gaps", report.gaps}, {"undecided", report.undecided}};
  if (settlement.line) subject["doubtful_since"] = to_rfc3339(*settlement.line);
  return ledger_entry(order.now, order.actor, order.act, boost::json::serialize(subject), order.reason);
}
}  // namespace

RestampReport restamp(Catalogue& catalogue, const RestampOrder& order) {
  RestampReport report;
  const auto& [line, offset, anchor, by] = order.settlement;
  catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    report = {};
    if (order.approval) use_approval(transaction, *order.approval, order.actor, order.before);
    if (line && offset_of(db, *line)) return;  // a crash came between this and the clock's step
    // Lowered without a doubtful line: what was stamped since is what now lies ahead.
    const auto rows = line ? rows_where(db, "s.line = ?", *line) : rows_where(db, "s.line IS NULL AND s.kind = 0 AND s.start_at > ?", order.now);
    const auto downtimes = line ? take_downtimes(db, *line) : std::vector<Gap>{};
    for (const auto& row : rows) move_or_clear(db, row, offset);
    report.segments = rows.size();
    if (line) {
      report.gaps = move_gaps(db, *line, offset) + downtimes.size();
      put_back_downtimes(db, downtimes, *line, offset);
      move_waiting(db, *line, order.before.best(), offset);
      report.undecided = bound_earlier(db, *line, std::max(Duration::zero(), offset));
      db.run("INSERT INTO time_line(line, offset, settled_at) VALUES(?, ?, ?)", *line, offset, order.now);
    } else {
      report.gaps = bring_back(db, order.now, offset);
    }
    report.ledger_number = insert_ledger(db, entry_of(order, report));
  });
  return report;
}

void restamp_if_settled(sqlite::Connection& db, const SegmentRow& row) {
  const auto line = stored_line(db, row.id);
  const auto offset = line ? offset_of(db, *line) : std::nullopt;
  if (!offset) return;
  if (const auto stored = segment_by_id(db, row.id)) move_or_clear(db, *stored, *offset);
}

void restamp_gaps_if_settled(sqlite::Connection& db, Instant line) {
  const auto offset = offset_of(db, line);
  if (offset) move_gaps(db, line, *offset);
}

Instant latest_recorded(Catalogue& catalogue) {
  return catalogue.state().read([](sqlite::Connection& db) {
    auto query = db.query("SELECT at FROM ledger ORDER BY number DESC LIMIT 1");
    return query.step() ? query.instant(0) : Instant{};
  });
}

}  // namespace tenure::storage
