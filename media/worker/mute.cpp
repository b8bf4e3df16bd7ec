#include "media/worker/mute.h"

#include <algorithm>

#include "base/error.h"

namespace tenure::worker {

namespace {
constexpr std::int32_t kUnity = 1 << 14;
}

Mute::Mute(std::vector<MuteJob> mutes, std::uint32_t rate, std::uint32_t channels) : channels_(channels) {
  for (const auto& mute : mutes) {
    if (mute.channels != Channels::all && channels != 2)
      throw Error(ErrorKind::refused, "Only one side of this call is to be muted, but the recording has " + std::to_string(channels) +
                                          (channels == 1 ? " channel" : " channels") + ", not two; mute side \"all\" instead.");
    const auto samples = [rate](std::int64_t ms) { return ms * static_cast<std::int64_t>(rate) / 1000; };
    ranges_.push_back({samples(mute.from_ms - kPaddingMs), samples(mute.to_ms + kPaddingMs) + 1, samples(kFadeMs), mute.channels});
  }
}

std::int32_t Mute::gain(const Range& range, std::int64_t at) {
  if (at < range.from || at >= range.to) return kUnity;
  const auto edge = std::min(at - range.from, range.to - 1 - at);
  if (edge >= range.fade) return 0;
  return static_cast<std::int32_t>(kUnity - kUnity * (edge + 1) / (range.fade + 1));
}

void Mute::apply(std::uint64_t first, std::span<std::int16_t> samples) const {
  const auto begin = static_cast<std::int64_t>(first);
  const auto end = begin + static_cast<std::int64_t>(samples.size() / channels_);
  for (const auto& range : ranges_) {
    for (auto at = std::max(begin, range.from); at < std::min(end, range.to); ++at) {
      const auto factor = gain(range, at);
      for (std::uint32_t channel = 0; channel < channels_; ++channel) {
        if (range.channels == Channels::left && channel != 0) continue;
        if (range.channels == Channels::right && channel != 1) continue;
        auto& sample = samples[static_cast<std::size_t>(at - begin) * channels_ + channel];
        sample = static_cast<std::int16_t>(sample * factor / kUnity);
      }
    }
  }
}

}  // namespace tenure::worker
