#include "media/h264_sps.h"

#include <algorithm>
#include <array>

#include "media/bit_reader.h"

namespace tenure::media {
namespace {

constexpr std::size_t kMaxSps = 4096;

bool has_chroma_fields(std::uint8_t profile) {
  constexpr std::array<std::uint8_t, 13> kProfiles = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  return std::ranges::find(kProfiles, profile) != kProfiles.end();
}

void skip_scaling_list(BitReader& in, int size) {
  std::int64_t last = 8, next = 8;
  for (int i = 0; i < size && !in.failed(); ++i) {
    if (next != 0) next = (last + in.signed_golomb() + 256) % 256;
    last = next == 0 ? last : next;
  }
}

bool read_chroma_fields(BitReader& in, H264Sps& sps, bool& separate_planes) {
  const std::uint32_t format = in.unsigned_golomb();
  if (format > 3) return false;
  if (format == 3) separate_planes = in.flag();
  const std::uint32_t luma = in.unsigned_golomb(), chroma = in.unsigned_golomb();
  if (luma > 6 || chroma > 6) return false;
  sps.chroma_format = static_cast<std::uint8_t>(format);
  sps.luma_depth = static_cast<std::uint8_t>(8 + luma);
  sps.chroma_depth = static_cast<std::uint8_t>(8 + chroma);
  in.skip(1);  // qpprime_y_zero_transform_bypass_flag
  if (in.flag()) {
    for (int i = 0; i < (format == 3 ? 12 : 8); ++i) {
      if (in.flag()) skip_scaling_list(in, i < 6 ? 16 : 64);
    }
  }
  return !in.failed();
}

bool skip_picture_order(BitReader& in) {
  const std::uint32_t type = in.unsigned_golomb();
  if (type > 2) return false;
  if (type == 0) in.unsigned_golomb();
  if (type == 1) {
    in.skip(1);
    in.signed_golomb();
    in.signed_golomb();
    const std::uint32_t cycle = in.unsigned_golomb();
    if (cycle > 255) return false;
    for (std::uint32_t i = 0; i < cycle; ++i) in.signed_golomb();
  }
  return !in.failed();
}

// Fields, cropping units and the picture's size, from pic_width_in_mbs_minus1 on.
bool read_size(BitReader& in, H264Sps& sps, bool separate_planes) {
  const std::uint64_t mbs_wide = std::uint64_t{in.unsigned_golomb()} + 1;
  const std::uint64_t units_high = std::uint64_t{in.unsigned_golomb()} + 1;
  const bool frames_only = in.flag();
  if (!frames_only) in.skip(1);
  in.skip(1);  // direct_8x8_inference_flag
  if (mbs_wide > 1024 || units_high > 1024) return false;
  std::uint64_t width = mbs_wide * 16, height = units_high * 16 * (frames_only ? 1 : 2);
  if (in.flag()) {
    const std::uint64_t left = in.unsigned_golomb(), right = in.unsigned_golomb();
    const std::uint64_t top = in.unsigned_golomb(), bottom = in.unsigned_golomb();
    const int chroma = separate_planes ? 0 : sps.chroma_format;
    const std::uint64_t unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
    const std::uint64_t unit_y = (chroma == 1 ? 2U : 1U) * (frames_only ? 1U : 2U);
    if ((left + right) * unit_x >= width || (top + bottom) * unit_y >= height) return false;
    width -= (left + right) * unit_x;
    height -= (top + bottom) * unit_y;
  }
  if (in.failed() || height > 16'384) return false;
  sps.width = static_cast<std::uint16_t>(width);
  sps.height = static_cast<std::uint16_t>(height);
  return true;
}

}  // namespace

std::optional<H264Sps> parse_h264_sps(View nal) {
  if (nal.size() < 5 || nal.size() > kMaxSps || (nal[0] & 0x1F) != 7) return std::nullopt;
  const Blob plain = without_emulation_prevention(nal);
  BitReader in{View(plain)};
  in.skip(8);
  H264Sps sps;
  sps.profile = static_cast<std::uint8_t>(in.bits(8));
  sps.constraints = static_cast<std::uint8_t>(in.bits(8));
  sps.level = static_cast<std::uint8_t>(in.bits(8));
  if (in.unsigned_golomb() > 31) return std::nullopt;
  bool separate_planes = false;
  if (has_chroma_fields(sps.profile) && !read_chroma_fields(in, sps, separate_planes)) return std::nullopt;
  in.unsigned_golomb();  // log2_max_frame_num_minus4
  if (!skip_picture_order(in)) return std::nullopt;
  in.unsigned_golomb();  // max_num_ref_frames
  in.skip(1);            // gaps_in_frame_num_value_allowed_flag
  if (!read_size(in, sps, separate_planes)) return std::nullopt;
  return sps;
}

}  // namespace tenure::media
