// Decode times from presentation times: the sorted presentation times, made to increase strictly. Cameras repeat a time
// stamp or step back by a little; no player likes a picture that lasts nothing or less.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace tenure::media {

// Beyond this a step does not fit the 32 bits of a sample's duration; the gap is shortened to it.
inline constexpr std::int64_t kMaxStep = 0x7FFF'FFFF;

struct DecodeTimes {
  std::vector<std::int64_t> decode;  // in decode order, each at least one tick after the one before
  std::vector<std::int64_t> offset;  // presentation minus decode, within 32 signed bits
};

// `reorders` is false where decode order is presentation order (sound; video that is all key frames): offsets are then
// zero. No decode time is below `earliest`.
DecodeTimes decode_times(std::span<const std::int64_t> presentation, bool reorders, std::int64_t earliest);

}  // namespace tenure::media
