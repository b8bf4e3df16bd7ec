// Knows up to when a camera is recorded and writes down what is not: a gap with its cause when recording comes back,
// and every minute of a longer outage, so that it shows while it lasts. One thread.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/interval.h"

namespace tenure::ingest {

class GapTracker {
 public:
  using Report = std::function<void(Interval, const std::string& cause)>;
  static constexpr Duration kLeast = Seconds(1);  // less is jitter, not loss
  explicit GapTracker(Report report) : report_(std::move(report)) {}

  // From here on the camera ought to be recorded.
  void expect_from(Instant at);
  void recording(Instant at);                 // it is, from `at`
  void stopped(Instant at);                   // it was, until `at`
  void cause(const std::string& text) { cause_ = text; }
  void tick(Instant now);
  void finish(Instant now);                   // nothing is promised from `now` on
  void moved(Duration by) { if (recorded_until_) *recorded_until_ += by; }  // the clock took a step
  bool is_recording() const { return recording_; }

 private:
  void report_until(Instant to);
  Report report_;
  std::optional<Instant> recorded_until_;
  bool recording_ = false;
  std::string cause_;
};

}  // namespace tenure::ingest
