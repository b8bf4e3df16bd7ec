// Turns the RTP times of one track into its own time line (ticks from the start of a run) and that into trusted time.
// A run starts at the trusted arrival of its first packet; durations come from RTP; trusted time follows the arrivals by
// at most 500 ppm. Camera clocks are never believed: RTP that departs from arrival by more than 2 s is a step, after
// which the line goes on from the arrival time and the caller begins a new run as soon as it can. Pure; one thread.
#pragma once
#include <cstdint>

#include "base/time.h"

namespace tenure::ingest {

class Timeline {
 public:
  struct Placed {
    std::int64_t pts = 0;
    bool step = false;      // RTP and arrival have parted: the run should end
    Duration missing{};     // trusted time between the last picture's end and this one, beyond what is usual
  };

  explicit Timeline(std::uint32_t rate) : rate_(rate == 0 ? 1 : rate) {}
  // The unit with RTP time `rtp` gets `first_pts`; tick 0 is at `start`.
  void begin(std::int64_t rtp, Instant start, std::int64_t first_pts = 0);
  Placed place(std::int64_t rtp, Instant arrived);
  Instant time_of(std::int64_t pts) const { return start_ + correction_ + length_of(pts); }
  Duration length_of(std::int64_t ticks) const;
  std::int64_t ticks_of(Duration length) const;
  std::int64_t highest() const { return highest_; }
  std::int64_t usual_step() const { return usual_; }  // distance of the last two pictures in order, at least 1

 private:
  bool is_step(std::int64_t pts, Duration late, Instant arrived);
  Placed rebase(std::int64_t rtp, Instant arrived);
  void accept(std::int64_t pts);
  std::uint32_t rate_;
  Instant start_;
  Duration correction_{};
  std::int64_t origin_ = 0;   // RTP time of tick 0
  std::int64_t highest_ = 0;
  std::int64_t usual_ = 1;
  Instant late_since_{};      // epoch: not late
};

}  // namespace tenure::ingest
