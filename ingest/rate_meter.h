// Bits and frames a second over the last five whole seconds. One thread.
#pragma once
#include <array>
#include <cstdint>

#include "base/time.h"

namespace tenure::ingest {

class RateMeter {
 public:
  // `now` is monotonic.
  void add(Duration now, std::size_t bytes, std::size_t frames);
  double bits_per_second(Duration now) const;
  double frames_per_second(Duration now) const;

 private:
  static constexpr std::int64_t kWindow = 5;
  struct Second {
    std::int64_t at = -1;
    std::uint64_t bytes = 0, frames = 0;
  };
  Second sum(Duration now) const;
  std::int64_t began_ = -1;
  std::array<Second, kWindow + 1> seconds_{};
};

}  // namespace tenure::ingest
