// What an order to erase names, and what stands in its way.
#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "storage/calls/numbers.h"
#include "storage/erasure/erasures.h"
#include "storage/holds/hold_rows.h"
#include "storage/ledger/batches.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kMost = 50'000;  // recordings of one order: one transaction marks them all
constexpr std::size_t kMostNamed = 1'000;
constexpr Duration kSameRun = Seconds(2);
constexpr std::size_t kMostTold = 20;

using Rows = std::map<SegmentId, SegmentRow>;

void collect(sqlite::Statement query, Rows& rows) {
  while (query.step()) {
    auto row = read_segment(query);
    rows.emplace(row.id, std::move(row));
    if (rows.size() > kMost)
      throw Error(ErrorKind::usage, "from, to: over 50,000 recordings in one order; name a shorter time or fewer sources");
  }
}

void must_exist(sqlite::Connection& db, const std::string& source) {
  if (!db.query("SELECT 1 FROM source WHERE name = ?", source).step())
    throw Error(ErrorKind::not_found, "source: there is no camera or call folder named " + log_safe(source) + ".");
}

void collect_span(sqlite::Connection& db, const HoldSpan& span, Instant now, Rows& rows) {
  must_exist(db, span.source);
  if (span.span.empty()) throw Error(ErrorKind::usage, "from, to: `to` must be later than `from`");
  if (span.span.to >= kOpenEnd) throw Error(ErrorKind::usage, "to: say until when (--to TIME): what is yet to come cannot be erased");
  if (span.span.to > now) throw Error(ErrorKind::usage, "to: " + to_rfc3339(span.span.to) + " is not in the past");
  collect(db.query("SELECT" + kSegmentColumns + "FROM segment s WHERE s.source = ?1 AND s.state <> 2 AND s.start_at < ?3"
                   " AND s.start_at >= ?2 - (SELECT max(longest, 120000000) FROM source WHERE name = ?1)"
                   " AND max(s.end_at, s.start_at + iif(s.state = 0, 120000000, 1)) > ?2",
                   span.source, span.span.from, span.span.to), rows);
}

// What was deleted already may be named: there is nothing of it left to erase.
void check_is_call(sqlite::Connection& db, const SegmentId& id) {
  auto query = db.query("SELECT kind, source FROM segment WHERE id = ?1 UNION ALL SELECT ?2, '' FROM tombstone WHERE segment = ?1",
                        id, static_cast<int>(Kind::calls));
  if (!query.step()) throw Error(ErrorKind::not_found, "call: there is no recording with the id " + id.text() + ".");
  if (query.integer(0) != static_cast<int>(Kind::calls))
    throw Error(ErrorKind::usage, "call: " + id.text() + " is footage of " + query.text(1) + " and no call: name footage by its camera and times (--source " +
                                      query.text(1) + " --from TIME --to TIME).");
}

Rows named(sqlite::Connection& db, const Key& index_key, const ErasureRequest& request, Instant now) {
  if (request.spans.empty() && request.numbers.empty() && request.calls.empty())
    throw Error(ErrorKind::usage, "source: say what to erase: --source with --from and --to, --number or --call");
  if (request.spans.size() + request.numbers.size() + request.calls.size() > kMostNamed)
    throw Error(ErrorKind::usage, "source: at most 1,000 spans, numbers and calls in one order");
  Rows rows;
  for (const auto& span : request.spans) collect_span(db, span, now, rows);
  for (const auto& number : request.numbers) {
    const auto token = whole_number_token(index_key, number);
    if (!token) throw Error(ErrorKind::usage, "number: one of them is no telephone number: write it like 07700 900123");
    collect(db.query("SELECT" + kSegmentColumns + "FROM segment s JOIN call_token t ON t.segment = s.id WHERE t.token = ? AND s.state <> 2",
                     *token), rows);
  }
  for (const auto& call : request.calls) {
    check_is_call(db, call);
    collect(db.query("SELECT" + kSegmentColumns + "FROM segment s WHERE s.id = ? AND s.state <> 2", call), rows);
  }
  return rows;
}

// The ids of the holds that count for a segment.
std::vector<HoldId> holds_on(sqlite::Connection& db, const SegmentId& id, const TrustedTime& time) {
  static const std::string sql = "SELECT h.id FROM hold h JOIN segment s ON s.id = ?1 WHERE h.ended_at IS NULL"
                                 " AND (h.released_at IS NULL OR h.counts_until > ?2) AND " + kCovers;
  std::vector<HoldId> ids;
  auto query = db.query(sql, id, time.lo);
  while (query.step()) ids.push_back(query.id<HoldId>(0));
  return ids;
}

std::string list_of(const std::vector<HoldId>& ids) {
  std::string text;
  for (const auto& id : ids) text += (text.empty() ? "" : ", ") + id.text();
  return text;
}

// The free rows as a request of their own: runs of footage, each clear of what stays, and calls by their ids.
ErasureRequest rest_of(const ErasurePlan& plan, const ErasureRequest& asked) {
  ErasureRequest rest;
  std::vector<SegmentRow> footage;
  for (const auto& row : plan.free) {
    if (row.kind == Kind::calls) rest.calls.push_back(row.id);
    else footage.push_back(row);
  }
  std::set<std::pair<std::string, Instant>> stays;
  for (const auto& one : plan.obstacles) stays.emplace(one.row.source, one.row.span.from);
  const auto stays_between = [&stays](const std::string& source, Instant from, Instant to) {
    const auto next = stays.lower_bound({source, from});
    return next != stays.end() && next->first == source && next->second < to;
  };
  std::ranges::sort(footage, [](const auto& a, const auto& b) { return std::pair(a.source, a.span.from) < std::pair(b.source, b.span.from); });
  for (const auto& row : footage) {
    auto* last = rest.spans.empty() ? nullptr : &rest.spans.back();
    const bool goes_on = last != nullptr && last->source == row.source && row.span.from - last->span.to < kSameRun &&
                         !stays_between(row.source, last->span.from, row.span.from + Duration(1));
    if (goes_on) last->span.to = std::max(last->span.to, row.span.to);
    else rest.spans.push_back({row.source, row.span});
  }
  for (auto& mine : rest.spans)  // no wider than what was asked for
    for (const auto& theirs : asked.spans)
      if (theirs.source == mine.source && mine.span.overlaps(theirs.span))
        mine.span = {std::max(mine.span.from, theirs.span.from), std::min(mine.span.to, theirs.span.to)};
  return rest;
}

std::uint64_t others_of_same_calls(sqlite::Connection& db, const Rows& rows) {
  std::set<SegmentId> others;
  for (const auto& [id, row] : rows) {
    if (row.kind != Kind::calls) continue;
    auto query = db.query("SELECT g.segment FROM call k JOIN call g ON g.group_token = k.group_token WHERE k.segment = ?", id);
    while (query.step())
      if (const auto other = query.id<SegmentId>(0); !rows.contains(other)) others.insert(other);
  }
  return others.size();
}
}  // namespace

ErasurePlan Erasures::plan_in(sqlite::Connection& db, const ErasureRequest& request, const TrustedTime& time) const {
  const auto keys = hold_keys(root_);
  const auto rows = named(db, keys.index, request, time.hi);
  ErasurePlan plan;
  std::set<HoldId> holds;
  for (const auto& [id, row] : rows) {
    const auto keeping = holds_on(db, id, time);
    holds.insert(keeping.begin(), keeping.end());
    std::string why;
    if (!may_delete(row, hold_view(db, id, time), Cause::erasure, time))
      why = keeping.empty() ? "it is still being recorded; try again in two minutes" : "kept by hold " + list_of(keeping);
    else if (const auto off_line = vaults_.off_line(row.vault); !off_line.empty())
      why = "the vault " + row.vault + " is off line: " + off_line;
    if (why.empty()) plan.free.push_back(row);
    else plan.obstacles.push_back({row, why});
  }
  for (const auto& id : holds)
    if (auto hold = load_hold(db, keys, id, time)) plan.holds.push_back(std::move(*hold));
  plan.same_calls = others_of_same_calls(db, rows);
  if (!plan.obstacles.empty()) plan.rest = rest_of(plan, request);
  return plan;
}

std::string ErasurePlan::subject() const {
  std::set<std::string> sources;
  Interval span = free.empty() ? Interval{} : free.front().span;
  for (const auto& row : free) {
    sources.insert(row.source);
    span = {std::min(span.from, row.span.from), std::max(span.to, row.span.to)};
  }
  std::string names;
  for (const auto& source : sources) names += (names.empty() ? "" : ", ") + source;
  return approval_subject({{"recordings", std::to_string(free.size())}, {"bytes", std::to_string(bytes_of(free))},
                           {"sources", names}, {"from", to_rfc3339(span.from)}, {"to", to_rfc3339(span.to)},
                           {"root", to_hex(root_of_segments(free))}});
}

void must_be_allowed(const ErasurePlan& plan) {
  if (plan.is_allowed()) return;
  if (plan.obstacles.empty()) throw Error(ErrorKind::refused, "Nothing that is named is kept here: there is nothing to erase.");
  std::string text = "Nothing was erased: " + std::to_string(plan.obstacles.size()) + " of " +
                     std::to_string(plan.obstacles.size() + plan.free.size()) + " recordings cannot go.";
  for (const auto& hold : plan.holds)
    text += "\n- hold " + hold.id.text() + " (" + hold.state + "): " + log_safe(hold.what.reason) + "; authority " +
            log_safe(hold.what.authority) + "; review " + to_rfc3339(hold.what.review.value_or(Instant{}));
  std::size_t told = 0;
  for (const auto& one : plan.obstacles)
    if (!one.why.starts_with("kept by hold") && ++told <= kMostTold) text += "\n- " + one.row.id.text() + ": " + one.why;
  if (!plan.free.empty()) text += "\nThe other " + std::to_string(plan.free.size()) + " may go, named as:";
  told = 0;
  for (const auto& span : plan.rest.spans)
    if (++told <= kMostTold)
      text += "\n  --source " + span.source + " --from " + to_rfc3339(span.span.from) + " --to " + to_rfc3339(span.span.to);
  for (const auto& call : plan.rest.calls)
    if (++told <= kMostTold) text += "\n  --call " + call.text();
  if (told > kMostTold) text += "\n  and " + std::to_string(told - kMostTold) + " more: tenure --json erase preview lists all";
  throw Error(ErrorKind::refused, text);
}

}  // namespace tenure::storage
