// H.264 and H.265 NAL units and parameter sets: as much as a recorder needs, with every read bounded. Pure; input may be
// hostile.
#pragma once
#include <optional>

#include "media/track.h"

namespace tenure::media {

enum class NalKind { slice, key_slice, vps, sps, pps, sei, delimiter, other };
NalKind nal_kind(Codec codec, View nal);
// First slice of a new picture: first_mb_in_slice == 0 or first_slice_segment_in_pic_flag.
bool begins_picture(Codec codec, View nal);

struct ParameterSets {
  std::vector<Blob> vps, sps, pps;   // NAL units without start codes; vps for H.265 only
  bool complete(Codec codec) const;
  bool operator==(const ParameterSets&) const = default;
};

// The video track of these sets: picture size from the SPS (cropping applied) and the avcC or hvcC record.
// Nothing when they are incomplete or malformed.
std::optional<Track> video_track(Codec codec, const ParameterSets& sets);

// AAC: rate and channels from an AudioSpecificConfig. Nothing when it is not AAC-LC/HE with a known rate.
std::optional<Track> aac_track(View audio_specific_config);
Track g711_track(Codec codec);

}  // namespace tenure::media
