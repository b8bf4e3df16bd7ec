#include "media/parameter_sets.h"

#include <array>

#include "media/bit_reader.h"
#include "media/h264_sps.h"
#include "media/h265_sps.h"

namespace tenure::media {
namespace {

constexpr std::size_t kMaxSet = 65'535, kMaxSets = 16, kMaxAacConfig = 64;

NalKind h264_kind(unsigned type) {
  switch (type) {
    case 1: case 2: case 3: case 4: return NalKind::slice;
    case 5: return NalKind::key_slice;
    case 6: return NalKind::sei;
    case 7: return NalKind::sps;
    case 8: return NalKind::pps;
    case 9: return NalKind::delimiter;
    default: return NalKind::other;
  }
}

NalKind h265_kind(unsigned type) {
  if (type <= 9) return NalKind::slice;
  if (type >= 16 && type <= 21) return NalKind::key_slice;  // BLA, IDR and CRA: decoding may begin there
  switch (type) {
    case 32: return NalKind::vps;
    case 33: return NalKind::sps;
    case 34: return NalKind::pps;
    case 35: return NalKind::delimiter;
    case 39: case 40: return NalKind::sei;
    default: return NalKind::other;
  }
}

bool fit(const std::vector<Blob>& sets) {
  if (sets.size() > kMaxSets) return false;
  for (const Blob& set : sets) {
    if (set.empty() || set.size() > kMaxSet) return false;
  }
  return true;
}

void write_sets(ByteWriter& out, const std::vector<Blob>& sets) {
  for (const Blob& set : sets) {
    out.u16(static_cast<std::uint16_t>(set.size()));
    out.bytes(set);
  }
}

Blob make_avcc(const ParameterSets& sets, const H264Sps& sps) {
  ByteWriter out;
  out.u8(1);
  out.u8(sps.profile);
  out.u8(sps.constraints);
  out.u8(sps.level);
  out.u8(0xFC | 3);  // NAL lengths of four bytes
  out.u8(static_cast<std::uint8_t>(0xE0 | sets.sps.size()));
  write_sets(out, sets.sps);
  out.u8(static_cast<std::uint8_t>(sets.pps.size()));
  write_sets(out, sets.pps);
  if (sps.profile != 66 && sps.profile != 77 && sps.profile != 88) {
    out.u8(static_cast<std::uint8_t>(0xFC | sps.chroma_format));
    out.u8(static_cast<std::uint8_t>(0xF8 | (sps.luma_depth - 8)));
    out.u8(static_cast<std::uint8_t>(0xF8 | (sps.chroma_depth - 8)));
    out.u8(0);
  }
  return out.take();
}

Blob make_hvcc(const ParameterSets& sets, const H265Sps& sps) {
  ByteWriter out;
  out.u8(1);
  out.bytes(sps.profile_tier_level);
  out.u16(0xF000);  // min_spatial_segmentation_idc and the next field: unknown
  out.u8(0xFC);
  out.u8(static_cast<std::uint8_t>(0xFC | sps.chroma_format));
  out.u8(static_cast<std::uint8_t>(0xF8 | (sps.luma_depth - 8)));
  out.u8(static_cast<std::uint8_t>(0xF8 | (sps.chroma_depth - 8)));
  out.u16(0);
  out.u8(static_cast<std::uint8_t>((sps.temporal_layers << 3) | (sps.temporal_nesting ? 4 : 0) | 3));
  out.u8(3);
  const std::array<std::pair<std::uint8_t, const std::vector<Blob>*>, 3> arrays = {
      {{32, &sets.vps}, {33, &sets.sps}, {34, &sets.pps}}};
  for (const auto& [type, nals] : arrays) {
    out.u8(type);  // array_completeness 0: sets may stand in the samples too
    out.u16(static_cast<std::uint16_t>(nals->size()));
    write_sets(out, *nals);
  }
  return out.take();
}

std::uint32_t read_aac_type(BitReader& in) {
  const std::uint32_t type = in.bits(5);
  return type == 31 ? 32 + in.bits(6) : type;
}

// Zero when the index is reserved or the explicit rate is out of reason.
std::uint32_t read_aac_rate(BitReader& in) {
  constexpr std::array<std::uint32_t, 13> kRates = {96'000, 88'200, 64'000, 48'000, 44'100, 32'000, 24'000,
                                                    22'050, 16'000, 12'000, 11'025, 8'000,  7'350};
  const std::uint32_t index = in.bits(4);
  if (index < kRates.size()) return kRates[index];
  if (index != 15) return 0;
  const std::uint32_t rate = in.bits(24);
  return rate >= 1'000 && rate <= 192'000 ? rate : 0;
}

}  // namespace

NalKind nal_kind(Codec codec, View nal) {
  if (nal.empty()) return NalKind::other;
  if (codec == Codec::h264) return h264_kind(nal[0] & 0x1F);
  if (codec == Codec::h265 && nal.size() >= 2) return h265_kind((nal[0] >> 1) & 0x3F);
  return NalKind::other;
}

bool begins_picture(Codec codec, View nal) {
  const NalKind kind = nal_kind(codec, nal);
  if (kind != NalKind::slice && kind != NalKind::key_slice) return false;
  if (codec == Codec::h264 && ((nal[0] & 0x1F) == 3 || (nal[0] & 0x1F) == 4)) return false;  // partitions B and C
  const std::size_t header = codec == Codec::h264 ? 1 : 2;
  return nal.size() > header && (nal[header] & 0x80) != 0;
}

bool ParameterSets::complete(Codec codec) const {
  return !sps.empty() && !pps.empty() && (codec != Codec::h265 || !vps.empty());
}

std::optional<Track> video_track(Codec codec, const ParameterSets& sets) {
  if (!is_video(codec) || !sets.complete(codec)) return std::nullopt;
  if (!fit(sets.vps) || !fit(sets.sps) || !fit(sets.pps)) return std::nullopt;
  Track track;
  track.codec = codec;
  if (codec == Codec::h264) {
    const auto sps = parse_h264_sps(sets.sps.front());
    if (!sps) return std::nullopt;
    track.width = sps->width;
    track.height = sps->height;
    track.config = make_avcc(sets, *sps);
  } else {
    const auto sps = parse_h265_sps(sets.sps.front());
    if (!sps) return std::nullopt;
    track.width = sps->width;
    track.height = sps->height;
    track.config = make_hvcc(sets, *sps);
  }
  return track;
}

std::optional<Track> aac_track(View audio_specific_config) {
  constexpr std::uint32_t kLowComplexity = 2, kSbr = 5, kParametricStereo = 29;
  if (audio_specific_config.size() > kMaxAacConfig) return std::nullopt;
  BitReader in(audio_specific_config);
  std::uint32_t type = read_aac_type(in);
  std::uint32_t rate = read_aac_rate(in);
  const std::uint32_t layout = in.bits(4);
  if (type == kSbr || type == kParametricStereo) {
    rate = read_aac_rate(in);  // what comes out, which is what time stamps count
    type = read_aac_type(in);
  }
  if (in.failed() || type != kLowComplexity || rate == 0 || layout == 0 || layout > 7) return std::nullopt;
  Track track;
  track.codec = Codec::aac;
  track.timescale = track.sample_rate = rate;
  track.channels = layout == 7 ? 8 : layout;
  track.config.assign(audio_specific_config.begin(), audio_specific_config.end());
  return track;
}

Track g711_track(Codec codec) {
  Track track;
  track.codec = codec;
  track.timescale = track.sample_rate = 8'000;
  track.channels = 1;
  return track;
}

}  // namespace tenure::media
