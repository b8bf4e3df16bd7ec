#include "ingest/clock_offset.h"

#include <algorithm>

namespace tenure::ingest {

void ClockOffset::add(Instant camera_time, Instant received) { kept_[count_++ % kKept] = camera_time - received; }

std::optional<Duration> ClockOffset::median() const {
  if (count_ == 0) return std::nullopt;
  auto sorted = kept_;
  const auto used = std::min(count_, kKept);
  std::sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(used));
  return sorted[used / 2];
}

}  // namespace tenure::ingest
