#include "ingest/rate_meter.h"

#include <algorithm>

namespace tenure::ingest {

namespace {
std::int64_t second_of(Duration now) { return now / Seconds(1); }
}  // namespace

void RateMeter::add(Duration now, std::size_t bytes, std::size_t frames) {
  const auto at = second_of(now);
  auto& slot = seconds_[static_cast<std::size_t>(at) % seconds_.size()];
  if (slot.at != at) slot = {.at = at};
  if (began_ < 0 || at - began_ < 0) began_ = at;
  slot.bytes += bytes;
  slot.frames += frames;
}

RateMeter::Second RateMeter::sum(Duration now) const {
  const auto at = second_of(now);
  Second total;
  for (const auto& slot : seconds_) {
    if (slot.at < 0 || slot.at >= at || slot.at < at - kWindow) continue;
    total.bytes += slot.bytes;
    total.frames += slot.frames;
  }
  total.at = began_ < 0 ? 1 : std::clamp<std::int64_t>(at - began_, 1, kWindow);  // whole seconds looked at
  return total;
}

double RateMeter::bits_per_second(Duration now) const {
  const auto total = sum(now);
  return static_cast<double>(total.bytes) * 8 / static_cast<double>(total.at);
}

double RateMeter::frames_per_second(Duration now) const {
  const auto total = sum(now);
  return static_cast<double>(total.frames) / static_cast<double>(total.at);
}

}  // namespace tenure::ingest
