#include "media/decode_times.h"

#include <algorithm>
#include <numeric>

namespace tenure::media {
namespace {

// Far from the ends of 64 bits, so that no sum below overflows.
constexpr std::int64_t kLatest = std::int64_t{1} << 60;

// `after` for the next time: at least one tick, at most kMaxStep later.
std::int64_t step(std::int64_t after, std::int64_t wanted) {
  return after + std::clamp<std::int64_t>(wanted - after, 1, kMaxStep);
}

}  // namespace

DecodeTimes decode_times(std::span<const std::int64_t> presentation, bool reorders, std::int64_t earliest) {
  const std::size_t count = presentation.size();
  DecodeTimes times{std::vector<std::int64_t>(count), std::vector<std::int64_t>(count)};
  if (count == 0) return times;
  const auto bounded = [&](std::size_t i) { return std::clamp(presentation[i], -kLatest, kLatest); };
  earliest = std::clamp(earliest, -kLatest, kLatest);
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  if (reorders) std::ranges::stable_sort(order, {}, bounded);

  // The presentation times, unique, in the order shown; and the decode times, which `earliest` may push later.
  std::int64_t shown = bounded(order[0]);
  std::int64_t decoded = std::max(shown, earliest);
  for (std::size_t rank = 0; rank < count; ++rank) {
    if (rank > 0) {
      shown = step(shown, bounded(order[rank]));
      decoded = step(decoded, shown);
    }
    times.decode[rank] = decoded;
    times.offset[order[rank]] = shown;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t offset = reorders ? times.offset[i] - times.decode[i] : 0;
    times.offset[i] = std::clamp(offset, -kMaxStep, kMaxStep);
  }
  return times;
}

}  // namespace tenure::media
