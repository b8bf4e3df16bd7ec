// What a recorder needs from an H.265 sequence parameter set (ITU-T H.265, 7.3.2.2) to name the picture and fill hvcC.
#pragma once
#include <array>
#include <optional>

#include "base/bytes.h"

namespace tenure::media {

struct H265Sps {
  std::array<std::uint8_t, 12> profile_tier_level{};  // general_profile_space .. general_level_idc, as hvcC has them
  std::uint8_t temporal_layers = 1;
  bool temporal_nesting = false;
  std::uint8_t chroma_format = 1, luma_depth = 8, chroma_depth = 8;
  std::uint16_t width = 0, height = 0;  // with the conformance window applied
};

// `nal` begins with the two bytes of the NAL unit's header. Nothing when it is malformed.
std::optional<H265Sps> parse_h265_sps(View nal);

}  // namespace tenure::media
