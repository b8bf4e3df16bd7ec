#include "base/trusted_time.h"

#include <algorithm>

#include "base/error.h"

namespace tenure {

namespace {
constexpr Duration kStill = Millis(100);  // two readings of clocks that agree; less is not a step

Instant plausible(Instant wall) { return std::min(wall, kLatest); }
bool near(Instant a, Instant b, Duration within) { return a - b <= within && b - a <= within; }

TimeState first_start(TimeState state, const ClockReadings& readings) {
  const Instant lo = std::max(plausible(readings.wall), kEarliest);
  state.lo_anchor = state.hi_anchor = lo - readings.boottime;
  state.first = true;
  state.line = state.reached = lo;
  return state;
}

// T6: no clock is asked what was lost; the records that at_least() brings are.
TimeState lost(TimeState state, const ClockReadings& readings) {
  state.lo_anchor = kEarliest - readings.boottime;
  state.hi_anchor = std::max(plausible(readings.wall), kEarliest) - readings.boottime;
  state.line = state.reached = kEarliest;
  state.reason = TimeReason::mark_lost;
  return state;
}

// T2: in the same boot what passed since the mark has been counted.
TimeState same_boot(TimeState state, const ClockMark& mark) {
  state.lo_anchor = mark.time - mark.boottime;
  state.hi_anchor = mark.latest - mark.boottime;
  state.line = mark.line;
  state.denied = mark.denied;
  state.reached = mark.time;
  return state;
}

// T3: since the mark at least the time since boot has passed, at most what the machine's clock says. One that is behind
// the mark says nothing, nor does one that runs on from it without a battery: then it may have been a month.
TimeState other_boot(TimeState state, const ClockMark& mark, const ClockReadings& readings) {
  state.lo_anchor = mark.time;
  state.hi_anchor = std::max(mark.latest, plausible(readings.wall) - readings.boottime);
  const Instant lo = state.lo_anchor + readings.boottime;
  const bool behind = lo - readings.wall > kSynchronisedStep;
  const bool goes_on = !readings.rtc && readings.wall - lo < kSynchronisedStep;  // as saved at the last stop
  if (behind || goes_on) state.hi_anchor = std::max(state.hi_anchor, mark.time + kLongestAbsence);
  state.line = state.reached = lo;
  return state;
}

// Who, if anyone, says that the machine's clock is right (T4, T5).
std::optional<Settlement::By> believed(const TimeState& state, const ClockReadings& readings, Duration apart) {
  if (!readings.synchronised || readings.wall < kEarliest || readings.wall > kLatest) return std::nullopt;
  const bool battery_agrees = state.rtc && near(*state.rtc + readings.boottime, readings.wall, kAgrees);
  if (apart >= Duration::zero() && (battery_agrees || state.first)) return Settlement::By::witness;
  const Duration step = apart < Duration::zero() ? -apart : state.stepped + apart;
  if (step <= kSynchronisedStep) return Settlement::By::synchronisation;
  return std::nullopt;
}

TimeState believe(TimeState state, const ClockReadings& readings, Settlement::By by) {
  const Settlement found{state.line, state.apart, readings.wall - readings.boottime, by};
  if (state.line) {
    state.due = found;
    state.reason = TimeReason::settling;
    return state;
  }
  if (state.apart > kStill || -state.apart > kStill) {
    state.lo_anchor = found.anchor;
    state.stepped += std::max(Duration::zero(), state.apart);
  }
  state.hi_anchor = state.lo_anchor;
  if (by == Settlement::By::witness) state.stepped = {};
  state.reason = TimeReason::agrees;
  return state;
}

// T7: what nobody confirms only widens the interval.
TimeState doubt(TimeState state, const ClockReadings& readings) {
  const Instant wall = plausible(readings.wall) - readings.boottime;
  const bool denied = state.denied && near(*state.denied, wall, kAgrees);
  if (state.apart > kStill && !denied) {
    // Network time says when it is at the latest; a clock that nobody holds may not take that back.
    state.hi_anchor = readings.synchronised ? wall : std::max(state.hi_anchor, wall);
  }
  const bool was_lost = state.reason == TimeReason::mark_lost && state.line;
  const Instant lo = std::max(state.reached, state.lo_anchor + readings.boottime);
  const bool wide = state.hi_anchor - state.lo_anchor > kNarrow;
  if (wide && !state.line) state.line = lo;
  if (was_lost) return state;
  if (state.apart < -kNarrow) state.reason = TimeReason::behind;
  else if (!wide) state.reason = state.line ? TimeReason::unconfirmed : TimeReason::agrees;
  else state.reason = state.line && state.reason == TimeReason::restarted ? TimeReason::restarted : TimeReason::ahead;
  return state;
}
}  // namespace

TimeState begin_time(const std::optional<ClockMark>& mark, bool kept, const ClockReadings& readings) {
  TimeState state;
  state.boot = readings.boot;
  if (readings.rtc) state.rtc = *readings.rtc - readings.boottime;
  if (!mark) return next_time(kept ? lost(std::move(state), readings) : first_start(std::move(state), readings), readings);
  state.stepped = mark->stepped;
  state.first = mark->first;
  const bool same = !mark->boot.empty() && mark->boot == readings.boot && mark->boottime <= readings.boottime;
  state = same ? same_boot(std::move(state), *mark) : other_boot(std::move(state), *mark, readings);
  if (!same) state.reason = TimeReason::restarted;
  return next_time(std::move(state), readings);
}

TimeState next_time(TimeState state, const ClockReadings& readings) {
  const Instant counted = state.lo_anchor + readings.boottime;
  state.reached = std::max(state.reached, counted);
  state.apart = readings.wall - counted;
  if (state.due) return state;  // a person's word, or an earlier finding, is on its way
  if (const auto by = believed(state, readings, state.apart)) return believe(std::move(state), readings, *by);
  return doubt(std::move(state), readings);
}

TimeState at_least(TimeState state, Instant proven, Duration boottime) {
  const Instant anchor = proven - boottime;
  if (anchor <= state.lo_anchor) return state;
  state.lo_anchor = anchor;
  state.reached = std::max(state.reached, proven);
  if (state.hi_anchor < anchor) state.hi_anchor = anchor + kLongestAbsence;
  if (state.line) state.line = proven;
  state.due.reset();  // it was reckoned from an earlier beginning
  return state;
}

TimeState confirm_time(TimeState state, const ClockReadings& readings, Instant right) {
  const auto now = time_of(state, readings.boottime);
  const bool clock_agrees = near(right, readings.wall, kAgrees);
  const Instant time = clock_agrees ? readings.wall : right;  // the clock knows the second
  if (!state.line) throw Error(ErrorKind::refused, "Time is not in doubt: there is nothing to confirm.");
  if (now.lo - time > kAgrees)
    throw Error(ErrorKind::refused, to_rfc3339(right) + " is before " + to_rfc3339(now.lo) + ", which is certain to have passed. If that is "
                                    "wrong, time must be lowered, by two persons: tenure time lower.");
  if (!clock_agrees && time - now.hi > kAgrees)
    throw Error(ErrorKind::refused, to_rfc3339(right) + " is later than the machine's clock says. Set that clock first, then confirm it.");
  const Instant anchor = std::max(time, now.lo) - readings.boottime;
  state.due = Settlement{state.line, anchor - state.lo_anchor, anchor, Settlement::By::person};
  state.reason = TimeReason::settling;
  if (!clock_agrees) state.denied = plausible(readings.wall) - readings.boottime;
  return state;
}

TimeState lower_time(TimeState state, const ClockReadings& readings, Instant right) {
  const auto now = time_of(state, readings.boottime);
  const bool clock_agrees = near(right, readings.wall, kAgrees);
  const Instant time = clock_agrees ? readings.wall : right;
  if (time < kEarliest) throw Error(ErrorKind::refused, to_rfc3339(right) + " is before this program was made.");
  if (time >= now.lo)
    throw Error(ErrorKind::refused, to_rfc3339(right) + " is not before " + to_rfc3339(now.lo) + ": confirm it with tenure time confirm.");
  const Instant anchor = time - readings.boottime;
  state.due = Settlement{state.line, anchor - state.lo_anchor, anchor, Settlement::By::two_persons};
  state.reason = TimeReason::settling;
  if (!clock_agrees) state.denied = plausible(readings.wall) - readings.boottime;
  return state;
}

TimeState settle_time(TimeState state, const ClockReadings& readings) {
  if (!state.due) return state;
  const auto due = *state.due;
  state.lo_anchor = state.hi_anchor = due.anchor;
  state.stepped = due.by == Settlement::By::synchronisation ? state.stepped + std::max(Duration::zero(), due.offset) : Duration::zero();
  if (due.by == Settlement::By::two_persons) state.reached = due.anchor + readings.boottime;
  state.first = false;
  state.line.reset();
  state.due.reset();
  state.reason = TimeReason::agrees;
  return next_time(std::move(state), readings);
}

TrustedTime time_of(const TimeState& state, Duration boottime) {
  const Instant lo = std::max(state.reached, state.lo_anchor + boottime);
  Instant hi = std::max(lo, state.hi_anchor + boottime);
  if (state.due) hi = std::max(hi, state.due->anchor + boottime);
  return {lo, hi, state.line};
}

ClockMark mark_of(const TimeState& state, Duration boottime) {
  const auto now = time_of(state, boottime);
  return {now.lo, std::min(now.hi, kLatest), state.boot, boottime, state.stepped, state.line, state.denied, state.first};
}

}  // namespace tenure
