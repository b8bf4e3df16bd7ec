// Tracks and samples as plain data. Times are in the track's timescale, counted from the start of a run.
#pragma once
#include <string>

#include "base/bytes.h"

namespace tenure::media {

enum class Codec { h264, h265, aac, alaw, ulaw };
std::string to_string(Codec codec);
inline bool is_video(Codec codec) { return codec == Codec::h264 || codec == Codec::h265; }

struct Track {
  Codec codec = Codec::h264;
  std::uint32_t timescale = 90'000;  // G.711: 8000; AAC: its sample rate
  std::uint16_t width = 0, height = 0;
  std::uint32_t sample_rate = 0, channels = 0;
  Blob config;  // avcC or hvcC record, or AAC's AudioSpecificConfig; empty for G.711
  bool operator==(const Track&) const = default;
};

// Video data is length-prefixed (4 bytes) NAL units, kept byte for byte; a sample is one access unit.
struct Sample {
  std::int64_t pts = 0;
  std::uint32_t duration = 0;
  bool key = false;
  Blob data;
};

}  // namespace tenure::media
