// What a hold names, set against what there is: kept, never recorded, gone (I7).
#include <algorithm>
#include <map>

#include "storage/holds/hold_rows.h"

namespace tenure::storage {

namespace {
constexpr Duration kShortestHole = Seconds(1);  // runs follow each other to the millisecond, not the microsecond

// Each way a hold can name a segment, by the index that answers it; kCovers then has the last word.
const std::string kCandidates[] = {
    ("SELECT g.id FROM hold_span q JOIN source o ON o.name = q.source JOIN segment g ON g.source = q.source"
     " AND g.start_at < q.to_at AND g.start_at >= q.from_at - max(o.longest, 120000000) WHERE q.hold = ?1"),
    "SELECT q.segment FROM hold_call q WHERE q.hold = ?1",
    "SELECT g.segment FROM hold_call q JOIN call g ON g.group_token = q.group_token WHERE q.hold = ?1",
    "SELECT t.segment FROM hold_number q JOIN call_token t ON t.token = q.token WHERE q.hold = ?1",
    ("SELECT g.segment FROM hold_number q JOIN call_token t ON t.token = q.token JOIN call k ON k.segment = t.segment"
     " JOIN call g ON g.group_token = k.group_token WHERE q.hold = ?1")};

std::string all_candidates() {
  std::string sql;
  for (const auto& part : kCandidates) sql += (sql.empty() ? "" : " UNION ") + part;
  return sql;
}

// Nothing that begins earlier reaches into a span of source ?1 that begins at ?3.
const std::string kLateEnough = "start_at >= ?3 - coalesce((SELECT max(longest, 120000000) FROM source WHERE name = ?1), 120000000)";

// Spans of `source` inside `within` that a query found, clipped.
std::vector<Interval> clipped(sqlite::Statement query, const Interval& within) {
  std::vector<Interval> spans;
  while (query.step()) {
    const Interval span{std::max(query.instant(0), within.from), std::min(query.instant(1), within.to)};
    if (!span.empty()) spans.push_back(span);
  }
  return spans;
}

// `span` begins no earlier than those before it.
void join(std::vector<Interval>& out, const Interval& span) {
  if (!out.empty() && span.from - out.back().to < kShortestHole) out.back().to = std::max(out.back().to, span.to);
  else out.push_back(span);
}

std::vector<Interval> merged(std::vector<Interval> spans) {
  std::sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  std::vector<Interval> out;
  for (const auto& span : spans) join(out, span);
  return out;
}

// Deleted, being deleted, or past its expiry when the hold came.
std::vector<Interval> gone_in(sqlite::Connection& db, const HoldId& hold, const HoldSpan& span) {
  auto deleted = clipped(db.query("SELECT start_at, end_at FROM tombstone WHERE source = ?1 AND start_at < ?2 AND end_at > ?3 AND " + kLateEnough,
                                  span.source, span.span.to, span.span.from), span.span);
  const auto dying = clipped(
      db.query("SELECT g.start_at, g.end_at FROM segment g WHERE g.source = ?1 AND g.start_at < ?2 AND g.end_at > ?3"
               " AND " + kLateEnough + " AND (g.state = 2 OR EXISTS(SELECT 1 FROM hold_missed m WHERE m.hold = ?4 AND m.segment = g.id))",
               span.source, span.span.to, span.span.from, hold), span.span);
  deleted.insert(deleted.end(), dying.begin(), dying.end());
  return merged(std::move(deleted));
}

std::vector<Gap> recorded_gaps(sqlite::Connection& db, const HoldSpan& span) {
  std::vector<Gap> gaps;
  auto query = db.query("SELECT start_at, end_at, cause FROM gap WHERE source = ? AND start_at < ? AND end_at > ? ORDER BY start_at",
                        span.source, span.span.to, span.span.from);
  while (query.step())
    gaps.push_back({span.source, {std::max(query.instant(0), span.span.from), std::min(query.instant(1), span.span.to)},
                    query.text(2)});
  return gaps;
}

bool is_camera(sqlite::Connection& db, const std::string& source) {
  auto query = db.query("SELECT kind FROM source WHERE name = ?", source);
  return query.step() && query.integer(0) == static_cast<int>(Kind::camera);
}

// Past minutes of a camera's span that nothing accounts for.
std::vector<Gap> silent_holes(const HoldSpan& span, std::vector<Interval> accounted, Instant now) {
  std::vector<Gap> holes;
  const Instant until = std::min(span.span.to, now);
  Instant at = span.span.from;
  accounted.push_back({until, until + Duration(1)});
  for (const auto& next : merged(std::move(accounted))) {
    const Interval hole{at, std::min(next.from, until)};
    if (hole.length() >= kShortestHole) holes.push_back({span.source, hole, "no recording"});
    at = std::max(at, next.to);
  }
  return holes;
}

using Recorded = std::map<std::string, std::vector<Interval>>;  // by camera, joined

void account_for_span(sqlite::Connection& db, const HoldSpan& span, const TrustedTime& time, const Recorded& recorded, HoldReceipt& receipt) {
  const auto gone = gone_in(db, receipt.hold.id, span);
  for (const auto& interval : gone) receipt.gone.push_back({span.source, interval});
  const auto gaps = recorded_gaps(db, span);
  receipt.gaps.insert(receipt.gaps.end(), gaps.begin(), gaps.end());
  if (!is_camera(db, span.source)) return;  // a telephone line is silent most of the time
  auto accounted = gone;
  for (const auto& gap : gaps) accounted.push_back(gap.span);
  if (const auto found = recorded.find(span.source); found != recorded.end())
    accounted.insert(accounted.end(), found->second.begin(), found->second.end());
  const auto holes = silent_holes(span, std::move(accounted), time.lo);
  receipt.gaps.insert(receipt.gaps.end(), holes.begin(), holes.end());
}

void account_for_calls(sqlite::Connection& db, HoldReceipt& receipt) {
  for (const auto& call : receipt.hold.what.calls) {
    auto query = db.query("SELECT source, start_at, end_at FROM tombstone WHERE segment = ?1 UNION ALL"
                          " SELECT s.source, s.start_at, s.end_at FROM segment s WHERE s.id = ?1 AND (s.state = 2"
                          " OR EXISTS(SELECT 1 FROM hold_missed m WHERE m.hold = ?2 AND m.segment = s.id))",
                          call, receipt.hold.id);
    if (query.step()) receipt.gone.push_back({query.text(0), {query.instant(1), query.instant(2)}});
  }
}
}  // namespace

void each_covered(sqlite::Connection& db, const HoldId& id, const std::function<void(SegmentRow&&)>& body,
                  const std::optional<Instant>& expired_by) {
  auto query = db.query("SELECT" + kSegmentColumns + "FROM segment s JOIN hold h ON h.id = ?1 WHERE s.id IN (" +
                        all_candidates() + ") AND s.state <> 2 AND (?2 IS NULL OR s.expires_at <= ?2) AND " + kCovers +
                        " ORDER BY s.start_at", id, expired_by);
  while (query.step()) body(read_segment(query));
}

HoldReceipt make_receipt(sqlite::Connection& db, Hold hold, const TrustedTime& time, const std::function<void(const SegmentRow&)>& each) {
  HoldReceipt receipt;
  receipt.hold = std::move(hold);
  Recorded recorded;
  each_covered(db, receipt.hold.id, [&](SegmentRow&& row) {
    ++receipt.recordings;
    receipt.bytes += row.bytes;
    if (row.kind == Kind::calls) {
      ++receipt.of_calls;
      receipt.bytes_of_calls += row.bytes;
    } else {
      join(recorded[row.source], {row.span.from, row.state == State::reserved ? std::max(row.span.to, time.hi) : row.span.to});
    }
    if (each) each(row);
    if (receipt.segments.size() < kMostListed) receipt.segments.push_back(std::move(row));
  });
  for (const auto& span : receipt.hold.what.spans) account_for_span(db, span, time, recorded, receipt);
  account_for_calls(db, receipt);
  return receipt;
}

}  // namespace tenure::storage
