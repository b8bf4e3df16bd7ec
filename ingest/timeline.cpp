#include "ingest/timeline.h"

#include <algorithm>

namespace tenure::ingest {

namespace {
constexpr Duration kStep = Seconds(2);
// Units that come late but in order may be a stalled network that is about to deliver everything. Only lateness that
// stays this long is a camera that paused.
constexpr Duration kLatePatience = Seconds(5);
constexpr Duration kDeepestReorder = Seconds(1);  // of pictures that are shown later than they are sent
constexpr std::int64_t kMostPpm = 500;
constexpr std::int64_t kMicros = 1'000'000;
constexpr std::int64_t kFarthest = std::int64_t{1} << 42;  // ticks: a year and a half at 90 kHz
}  // namespace

Duration Timeline::length_of(std::int64_t ticks) const {
  const std::int64_t rate = rate_;
  return Duration(ticks / rate * kMicros + ticks % rate * kMicros / rate);
}

std::int64_t Timeline::ticks_of(Duration length) const {
  const std::int64_t rate = rate_;
  return length.count() / kMicros * rate + length.count() % kMicros * rate / kMicros;
}

void Timeline::begin(std::int64_t rtp, Instant start, std::int64_t first_pts) {
  start_ = start;
  correction_ = {};
  late_since_ = {};
  highest_ = first_pts;
  usual_ = std::max<std::int64_t>(1, rate_ / 25);
  if (__builtin_sub_overflow(rtp, first_pts, &origin_)) origin_ = rtp;
}

Timeline::Placed Timeline::place(std::int64_t rtp, Instant arrived) {
  std::int64_t pts = 0;
  const bool absurd = __builtin_sub_overflow(rtp, origin_, &pts) || pts > kFarthest || pts < -kFarthest;
  if (absurd) return rebase(rtp, arrived);
  const Duration late = arrived - time_of(pts);
  if (is_step(pts, late, arrived)) return rebase(rtp, arrived);
  const Duration slew = length_of(std::max<std::int64_t>(0, pts - highest_)) * kMostPpm / kMicros;
  correction_ += std::clamp(late, -slew, slew);
  Placed placed{.pts = pts};
  const auto beyond = length_of(pts - highest_ - usual_);
  // Pictures that usually come five times as often have been left out, though the camera's clock ran on.
  if (beyond > kStep && pts - highest_ > 5 * usual_) placed.missing = beyond;
  accept(pts);
  return placed;
}

bool Timeline::is_step(std::int64_t pts, Duration late, Instant arrived) {
  if (-late > kStep) return true;  // nothing arrives before it is taken
  if (length_of(highest_ - pts) > kDeepestReorder) return true;
  if (late <= kStep) {
    late_since_ = {};
    return false;
  }
  if (late_since_ == Instant{}) late_since_ = arrived;
  return arrived - late_since_ >= kLatePatience;
}

Timeline::Placed Timeline::rebase(std::int64_t rtp, Instant arrived) {
  const std::int64_t next = highest_ + usual_;
  const std::int64_t by_arrival = std::clamp(ticks_of(arrived - start_ - correction_), -kFarthest, kFarthest);
  Placed placed{.pts = std::max(next, by_arrival), .step = true};
  placed.missing = length_of(placed.pts - next);
  if (__builtin_sub_overflow(rtp, placed.pts, &origin_)) origin_ = rtp;
  late_since_ = {};
  highest_ = placed.pts;  // the usual step stays: this distance says nothing about the frame rate
  return placed;
}

void Timeline::accept(std::int64_t pts) {
  if (pts <= highest_) return;
  usual_ = pts - highest_;
  highest_ = pts;
}

}  // namespace tenure::ingest
