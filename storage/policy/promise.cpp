#include "storage/policy/promise.h"

#include <algorithm>

#include "base/error.h"
#include "storage/retention.h"

namespace tenure::storage {

namespace {
constexpr long kLongestYear = 366, kLongestMonth = 31, kMonthsOfAYear = 12;

Duration longest(const Period& period) {
  return std::chrono::days(kLongestYear * period.years + kLongestMonth * period.months + period.days) + period.time;
}

bool no_part_smaller(const Period& last, const Period& next) {
  return next.years >= last.years && next.months >= last.months && next.days >= last.days && next.time >= last.time;
}

// What add() makes of a period: so many months by the calendar, and then so much time.
long months_of(const Period& period) { return kMonthsOfAYear * period.years + period.months; }
Duration time_of(const Period& period) { return std::chrono::days(period.days) + period.time; }
}  // namespace

Instant promised_until(const std::vector<Promise>& versions, const Interval& span) {
  if (versions.empty()) throw Error(ErrorKind::internal, "A recording's expiry was asked for without any policy.");
  auto from = versions.begin();
  for (auto next = from; next != versions.end() && next->since <= span.from; ++next) from = next;
  auto until = expiry_of(from->period, from->anchor, span);
  for (auto later = from; later != versions.end(); ++later) until = std::min(until, expiry_of(later->period, later->anchor, span));
  return until;
}

bool same_promise(const Promise& one, const Promise& other) {
  return one.anchor == other.anchor && months_of(one.period) == months_of(other.period) &&
         time_of(one.period) == time_of(other.period);
}

bool never_shorter(const Promise& last, const Promise& next) {
  if (last.anchor == config::Anchor::capture_end && next.anchor == config::Anchor::capture_start) return false;
  return no_part_smaller(last.period, next.period) || shortest(next.period) >= longest(last.period);
}

Ends brought_forward(const Ends& ends, const Interval& span, const Promise& promise) {
  const auto until = expiry_of(promise.period, promise.anchor, span);
  if (!ends.readable_until) return {std::min(ends.expires_at, until), std::nullopt};
  // Read by the earliest its times can be, deleted by the latest: that distance stays.
  const auto doubt = std::max(Duration::zero(), ends.expires_at - *ends.readable_until);
  return {std::min(ends.expires_at, until + doubt), std::min(*ends.readable_until, until)};
}

}  // namespace tenure::storage
