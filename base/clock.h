// Trusted time (invariant I12): not one instant but an interval that holds the true one. What may be deleted is asked of
// its early end, what may be read of its late end. Any thread.
#pragma once
#include <mutex>

#include "base/file.h"
#include "base/time.h"

namespace tenure {

struct TrustedTime {
  Instant lo;  // it is certainly at least this late
  Instant hi;  // it is certainly at most this late
  Instant best() const { return lo + (hi - lo) / 2; }
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TrustedTime trusted() const = 0;
  // Never steps; only differences mean something.
  virtual Duration monotonic() const = 0;
  Instant now() const { return trusted().best(); }
};

// The machine's clock, bounded below by a saved mark so that a clock set back cannot revive what expired, and that a
// clock set far forward cannot delete: a jump beyond an hour against the monotonic clock widens the interval.
class SystemClock : public Clock {
 public:
  // `mark` is the file that keeps the latest time known between runs; it need not exist.
  explicit SystemClock(Path mark);
  TrustedTime trusted() const override;
  Duration monotonic() const override;
  // Writes the mark durably. Called every few minutes and at a clean stop.
  void save_mark();

 private:
  Path mark_;
  mutable std::mutex mutex_;
  Instant started_wall_;
  Duration started_monotonic_;
  mutable Instant floor_;  // neither end of the interval goes below it
};

// Stands still until told; for tests, and for previews of what a later time would delete.
class SimulatedClock : public Clock {
 public:
  explicit SimulatedClock(Instant start) : time_{start, start} {}
  TrustedTime trusted() const override;
  Duration monotonic() const override;
  void advance(Duration by);
  void set(TrustedTime time);

 private:
  mutable std::mutex mutex_;
  TrustedTime time_;
  Duration monotonic_{};
};

}  // namespace tenure
