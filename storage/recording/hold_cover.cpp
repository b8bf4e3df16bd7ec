#include "storage/recording/hold_cover.h"

#include <algorithm>
#include <array>

namespace tenure::storage {

namespace {
constexpr std::uint32_t kNotEnded = 1, kActive = 2, kReleasing = 4;
constexpr std::size_t kKinds = 3;
constexpr Duration kLongestReserved = Seconds(120), kLeast = Duration(1);  // as kCovers has them

// The holds that are of any of these kinds at ?1; those that are over stay on record and are not read.
const std::string& counted() {
  static const std::string sql =
      "WITH counted(id, how) AS MATERIALIZED (SELECT id, (ended_at IS NULL) | ((released_at IS NULL) << 1)"
      " | (coalesce(released_at IS NOT NULL AND counts_until > ?1, 0) << 2) FROM hold WHERE id IN"
      " (SELECT id FROM hold WHERE ended_at IS NULL UNION SELECT id FROM hold WHERE released_at IS NULL"
      " UNION SELECT id FROM hold WHERE released_at IS NOT NULL AND counts_until > ?1)) ";
  return sql;
}

std::uint32_t how_in(const sqlite::Statement& query) { return static_cast<std::uint32_t>(query.natural(0)); }

// Where spans of one source begin and end, and by how many of each kind it is covered from there on.
class Edges {
 public:
  void add(Instant from, Instant to, std::uint32_t how) {
    change(from, how, 1);
    change(to, how, -1);
  }
  std::map<Instant, std::uint32_t> steps() const {
    std::map<Instant, std::uint32_t> steps;
    std::array<int, kKinds> covering{};
    for (const auto& [at, changes] : changes_) {
      std::uint32_t how = 0;
      for (std::size_t kind = 0; kind < kKinds; ++kind) {
        covering[kind] += changes[kind];
        if (covering[kind] > 0) how |= 1u << kind;
      }
      steps[at] = how;
    }
    return steps;
  }

 private:
  void change(Instant at, std::uint32_t how, int by) {
    auto& changes = changes_[at];
    for (std::size_t kind = 0; kind < kKinds; ++kind)
      if ((how >> kind & 1u) != 0) changes[kind] += by;
  }
  std::map<Instant, std::array<int, kKinds>> changes_;
};
}  // namespace

HoldCover::HoldCover(sqlite::Connection& db, const std::optional<TrustedTime>& time)
    : db_(db), lo_(time ? std::optional(time->lo) : std::nullopt) {
  static const std::string calls =
      counted() + "SELECT c.how, q.segment, q.group_token FROM counted c CROSS JOIN hold_call q WHERE q.hold = c.id";
  static const std::string numbers =
      counted() + "SELECT c.how, q.token FROM counted c CROSS JOIN hold_number q WHERE q.hold = c.id";
  auto call = db_.query(calls, lo_);
  while (call.step()) {
    by_id_[call.id<SegmentId>(1)] |= how_in(call);
    if (!call.is_null(2)) by_group_[call.blob(2)] |= how_in(call);
  }
  auto number = db_.query(numbers, lo_);
  while (number.step()) by_number_[number.blob(1)] |= how_in(number);
}

const HoldCover::Steps& HoldCover::steps_of(const std::string& source) {
  static const std::string sql =
      counted() +
      "SELECT c.how, p.from_at, p.to_at FROM counted c CROSS JOIN hold_span p WHERE p.hold = c.id AND p.source = ?2";
  const auto [found, is_new] = by_source_.try_emplace(source);
  if (!is_new) return found->second;
  Edges edges;
  auto query = db_.query(sql, lo_, source);
  while (query.step()) edges.add(query.instant(1), query.instant(2), how_in(query));
  found->second = edges.steps();
  return found->second;
}

HoldCover::How HoldCover::of_spans(const SegmentRow& row) {
  const auto end = std::max(row.span.to, row.span.from + (row.state == State::reserved ? kLongestReserved : kLeast));
  const auto& steps = steps_of(row.source);
  auto step = steps.upper_bound(row.span.from);
  How how = step == steps.begin() ? 0 : std::prev(step)->second;
  for (; step != steps.end() && step->first < end; ++step) how |= step->second;
  return how;
}

HoldCover::How HoldCover::of_tokens(sqlite::Statement query) const {
  How how = 0;
  while (query.step())
    if (const auto found = by_number_.find(query.blob(0)); found != by_number_.end()) how |= found->second;
  return how;
}

// By its group, its numbers, and the numbers of the others of its group.
HoldCover::How HoldCover::of_call(const SegmentId& id) {
  if (by_group_.empty() && by_number_.empty()) return 0;
  How how = by_number_.empty() ? 0 : of_tokens(db_.query("SELECT token FROM call_token WHERE segment = ?", id));
  auto call = db_.query("SELECT group_token FROM call WHERE segment = ? AND group_token IS NOT NULL", id);
  if (!call.step()) return how;
  const auto group = call.blob(0);
  if (const auto found = by_group_.find(group); found != by_group_.end()) how |= found->second;
  if (!by_number_.empty())
    how |= of_tokens(db_.query(
        "SELECT t.token FROM call g CROSS JOIN call_token t ON t.segment = g.segment WHERE g.group_token = ?", group));
  return how;
}

// It had expired when some hold was placed, and is not kept by that one: which, only the full question says.
HoldCover::How HoldCover::asked_one_by_one(const SegmentId& id) {
  static const std::string sql =
      counted() + "SELECT c.how FROM counted c JOIN hold h ON h.id = c.id JOIN segment s ON s.id = ?2 WHERE " + kCovers;
  How how = 0;
  auto query = db_.query(sql, lo_, id);
  while (query.step()) how |= how_in(query);
  return how;
}

HoldCover::How HoldCover::of(const SegmentRow& row) {
  How how = of_spans(row);
  if (const auto found = by_id_.find(row.id); found != by_id_.end()) how |= found->second;
  if (row.kind == Kind::calls) how |= of_call(row.id);
  if (how == 0) return how;
  const bool was_missed = db_.query("SELECT 1 FROM hold_missed WHERE segment = ?", row.id).step();
  return was_missed ? asked_one_by_one(row.id) : how;
}

bool HoldCover::held(const SegmentRow& row) { return (of(row) & kNotEnded) != 0; }

HoldView HoldCover::view(const SegmentRow& row) {
  const auto how = of(row);
  return {(how & kActive) != 0, (how & kReleasing) != 0};
}

}  // namespace tenure::storage
