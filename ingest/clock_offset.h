// How far a camera's clock is from trusted time: the median of its last sender reports, so that one delayed report does
// not count. One thread.
#pragma once
#include <array>
#include <optional>

#include "base/time.h"

namespace tenure::ingest {

class ClockOffset {
 public:
  void add(Instant camera_time, Instant received);
  std::optional<Duration> median() const;
  void clear() { count_ = 0; }

 private:
  static constexpr std::size_t kKept = 9;
  std::array<Duration, kKept> kept_{};
  std::size_t count_ = 0;
};

}  // namespace tenure::ingest
