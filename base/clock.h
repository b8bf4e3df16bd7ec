// The clocks that everything is given. Any thread. What trusted time rests on is decided in trusted_time.h.
#pragma once
#include <functional>
#include <memory>
#include <mutex>

#include "base/file.h"
#include "base/trusted_time.h"

namespace tenure {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TrustedTime trusted() const = 0;
  // Never steps; only differences mean something.
  virtual Duration monotonic() const = 0;
  Instant now() const { return trusted().best(); }
};

// The machine's clocks, and a saved mark between runs.
class SystemClock : public Clock {
 public:
  using Reader = std::function<ClockReadings()>;
  // `mark` is the file that keeps what is known between runs; one that exists and cannot be read is a lost one. `kept`:
  // something may have been kept before, so that a missing mark is a loss too. `reader` is for tests.
  explicit SystemClock(Path mark, bool kept = false, Reader reader = {});
  ~SystemClock() override;
  TrustedTime trusted() const override;
  Duration monotonic() const override;
  // Writes the mark durably. Called every few minutes, at each change of what is trusted, and at a clean stop.
  void save_mark();

  TimeState state() const;          // as of now
  ClockReadings readings() const;   // fresh ones
  void at_least(Instant proven);
  // `decided` has something due (by itself, by confirm_time() or lower_time()), and what was stamped has been moved.
  void settle(const TimeState& decided);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The readings of this machine. Throws nothing: what cannot be read is absent.
ClockReadings read_machine_clocks(bool with_battery_clock);

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
