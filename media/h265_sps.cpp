#include "media/h265_sps.h"

#include "media/bit_reader.h"

namespace tenure::media {
namespace {

constexpr std::size_t kMaxSps = 4096;
constexpr std::uint32_t kMaxSide = 16'384;

void read_profile_tier_level(BitReader& in, H265Sps& sps, unsigned sub_layers) {
  for (auto& byte : sps.profile_tier_level) byte = static_cast<std::uint8_t>(in.bits(8));
  std::array<bool, 8> profile{}, level{};
  for (unsigned i = 0; i < sub_layers; ++i) {
    profile[i] = in.flag();
    level[i] = in.flag();
  }
  if (sub_layers > 0) in.skip(2 * (8 - sub_layers));
  for (unsigned i = 0; i < sub_layers; ++i) {
    if (profile[i]) in.skip(88);
    if (level[i]) in.skip(8);
  }
}

bool read_size(BitReader& in, H265Sps& sps) {
  std::uint32_t width = in.unsigned_golomb(), height = in.unsigned_golomb();
  if (width == 0 || height == 0 || width > kMaxSide || height > kMaxSide) return false;
  if (in.flag()) {
    const std::uint64_t left = in.unsigned_golomb(), right = in.unsigned_golomb();
    const std::uint64_t top = in.unsigned_golomb(), bottom = in.unsigned_golomb();
    const std::uint64_t x = (left + right) * (sps.chroma_format == 1 || sps.chroma_format == 2 ? 2 : 1);
    const std::uint64_t y = (top + bottom) * (sps.chroma_format == 1 ? 2 : 1);
    if (x >= width || y >= height) return false;
    width -= static_cast<std::uint32_t>(x);
    height -= static_cast<std::uint32_t>(y);
  }
  sps.width = static_cast<std::uint16_t>(width);
  sps.height = static_cast<std::uint16_t>(height);
  return true;
}

}  // namespace

std::optional<H265Sps> parse_h265_sps(View nal) {
  if (nal.size() < 16 || nal.size() > kMaxSps || ((nal[0] >> 1) & 0x3F) != 33) return std::nullopt;
  const Blob plain = without_emulation_prevention(nal);
  BitReader in{View(plain)};
  in.skip(16 + 4);  // NAL header, sps_video_parameter_set_id
  const unsigned sub_layers = in.bits(3);
  if (sub_layers > 6) return std::nullopt;
  H265Sps sps;
  sps.temporal_layers = static_cast<std::uint8_t>(sub_layers + 1);
  sps.temporal_nesting = in.flag();
  read_profile_tier_level(in, sps, sub_layers);
  if (in.unsigned_golomb() > 15) return std::nullopt;
  const std::uint32_t chroma = in.unsigned_golomb();
  if (chroma > 3) return std::nullopt;
  sps.chroma_format = static_cast<std::uint8_t>(chroma);
  if (chroma == 3) in.skip(1);  // separate_colour_plane_flag
  if (!read_size(in, sps)) return std::nullopt;
  const std::uint32_t luma_depth = in.unsigned_golomb(), chroma_depth = in.unsigned_golomb();
  if (in.failed() || luma_depth > 8 || chroma_depth > 8) return std::nullopt;
  sps.luma_depth = static_cast<std::uint8_t>(8 + luma_depth);
  sps.chroma_depth = static_cast<std::uint8_t>(8 + chroma_depth);
  return sps;
}

}  // namespace tenure::media
