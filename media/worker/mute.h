// Silence over intervals of interleaved 16-bit sound: exactly zero inside, a 5 ms fade at each end, untouched samples
// outside. The fades lie inside the padding of 150 ms on either side, so that the interval asked for is wholly zero.
// Pure; called block after block.
#pragma once
#include <span>

#include "media/worker/job.h"

namespace tenure::worker {

inline constexpr std::int64_t kPaddingMs = 150, kFadeMs = 5;

class Mute {
 public:
  // Throws Error{refused} when one side is asked for and the sound has not exactly two.
  Mute(std::vector<MuteJob> mutes, std::uint32_t rate, std::uint32_t channels);
  // `samples` begins at sample number `first` (counted per channel).
  void apply(std::uint64_t first, std::span<std::int16_t> samples) const;

 private:
  struct Range {
    std::int64_t from, to, fade;  // samples, padded
    Channels channels;
  };
  // 0 at silence, kUnity outside; rising and falling in the fades.
  static std::int32_t gain(const Range& range, std::int64_t at);
  std::vector<Range> ranges_;
  std::uint32_t channels_;
};

}  // namespace tenure::worker
