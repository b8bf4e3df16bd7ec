// What a recorder needs from an H.264 sequence parameter set (ITU-T H.264, 7.3.2.1.1).
#pragma once
#include <optional>

#include "base/bytes.h"

namespace tenure::media {

struct H264Sps {
  std::uint8_t profile = 0, constraints = 0, level = 0;
  std::uint8_t chroma_format = 1, luma_depth = 8, chroma_depth = 8;
  std::uint16_t width = 0, height = 0;  // with the cropping applied
};

// `nal` begins with the NAL unit's header byte. Nothing when it is malformed.
std::optional<H264Sps> parse_h264_sps(View nal);

}  // namespace tenure::media
