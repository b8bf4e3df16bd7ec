#include "base/clock.h"

#include <algorithm>

#include "base/error.h"

namespace tenure {

namespace {
constexpr Duration kLargestStep = std::chrono::hours(1);

Instant wall_now() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

Duration steady_now() {
  // CLOCK_BOOTTIME counts suspend, which a recorder's idea of elapsed time must.
  timespec at{};
  clock_gettime(CLOCK_BOOTTIME, &at);
  return Seconds(at.tv_sec) + Duration(at.tv_nsec / 1000);
}

Instant read_mark(const Path& path) {
  try {
    return parse_rfc3339(as_text(read_whole(path, 64))).value_or(Instant{});
  } catch (const Error&) {
    return Instant{};  // the first run, or a mark lost: the wall clock is then all there is
  }
}
}  // namespace

SystemClock::SystemClock(Path mark)
    : mark_(std::move(mark)), started_wall_(wall_now()), started_monotonic_(steady_now()), floor_(read_mark(mark_)) {
  started_wall_ = std::max(started_wall_, floor_);
}

TrustedTime SystemClock::trusted() const {
  const std::scoped_lock lock(mutex_);
  const Instant wall = wall_now();
  const Instant counted = started_wall_ + (steady_now() - started_monotonic_);
  TrustedTime time{std::min(wall, counted), std::max(wall, counted)};
  // A step of up to an hour is synchronisation and believed; beyond that both readings stay possible.
  if (wall > counted && wall - counted <= kLargestStep) time.lo = time.hi = wall;
  if (wall <= counted && counted - wall <= kLargestStep) time.lo = time.hi = std::max(wall, floor_);
  time.lo = std::max(time.lo, floor_);
  time.hi = std::max(time.hi, time.lo);
  floor_ = time.lo;
  return time;
}

Duration SystemClock::monotonic() const { return steady_now(); }

void SystemClock::save_mark() {
  const auto text = to_rfc3339(trusted().lo);
  write_durably(mark_, as_view(text));
}

TrustedTime SimulatedClock::trusted() const {
  const std::scoped_lock lock(mutex_);
  return time_;
}

Duration SimulatedClock::monotonic() const {
  const std::scoped_lock lock(mutex_);
  return monotonic_;
}

void SimulatedClock::advance(Duration by) {
  const std::scoped_lock lock(mutex_);
  time_.lo += by;
  time_.hi += by;
  monotonic_ += by;
}

void SimulatedClock::set(TrustedTime time) {
  const std::scoped_lock lock(mutex_);
  time_ = time;
}

}  // namespace tenure
