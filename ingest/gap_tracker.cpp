#include "ingest/gap_tracker.h"

namespace tenure::ingest {

namespace {
constexpr Duration kShowEvery = std::chrono::minutes(1);
const std::string kNoBetter = "the camera sent no pictures";
}

void GapTracker::expect_from(Instant at) {
  recorded_until_ = at;
  recording_ = false;
  cause_ = "not yet connected";
}

void GapTracker::recording(Instant at) {
  report_until(at);
  recording_ = true;
  cause_.clear();
}

void GapTracker::stopped(Instant at) {
  recording_ = false;
  if (!recorded_until_ || *recorded_until_ < at) recorded_until_ = at;
}

void GapTracker::tick(Instant now) {
  if (!recording_ && recorded_until_ && now - *recorded_until_ >= kShowEvery) report_until(now);
}

void GapTracker::finish(Instant now) {
  if (!recording_) report_until(now);
  recorded_until_.reset();
  recording_ = false;
}

void GapTracker::report_until(Instant to) {
  if (recorded_until_ && to - *recorded_until_ >= kLeast) report_({*recorded_until_, to}, cause_.empty() ? kNoBetter : cause_);
  if (recorded_until_ && *recorded_until_ < to) recorded_until_ = to;
}

}  // namespace tenure::ingest
