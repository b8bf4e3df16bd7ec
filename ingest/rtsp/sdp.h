// A camera's session description (RFC 4566, RFC 6184, RFC 7798, RFC 3640): which tracks it has and how they are packed.
// Pure; input may be hostile: at most 64 KiB and 16 media sections, what is odd is listed as a problem and skipped.
#pragma once
#include <map>

#include "ingest/rtsp/session.h"

namespace tenure::ingest::rtsp {

struct SdpMedia {
  std::string kind;               // "video", "audio", ...
  std::uint8_t payload_type = 0;  // of the first format we can record, else of the first
  std::string encoding;           // upper case: "H264"; empty when unknown
  std::uint32_t clock_rate = 0, channels = 0;
  std::map<std::string, std::string> parameters;  // fmtp, names in lower case
  std::string control;
  bool recordable() const;
};

struct Sdp {
  std::string control;  // of the session
  std::vector<SdpMedia> media;
  std::vector<std::string> problems;
};
Sdp parse_sdp(std::string_view text);

// How AAC frames are packed (RFC 3640).
struct AacPacking {
  std::uint32_t size_bits = 13, index_bits = 3, delta_bits = 3;
  std::uint32_t frame_duration = 1024;  // in RTP clock units
};

struct TrackPlan {
  StreamInfo info;
  std::uint8_t payload_type = 0;
  std::string control;
  AacPacking aac;
};
// What is to be set up. Throws Error{refused} when there is no video we record, naming what there is, or when it is
// packed in a way we do not read.
struct SessionPlan {
  std::string control;
  std::vector<TrackPlan> tracks;  // video first
  std::string sound_problem;      // why the sound that was asked for is missing
};
SessionPlan plan_session(const Sdp& sdp, bool audio);

// The request URI of a control attribute: absolute as it is, "*" or none the base itself, else appended to it.
std::string resolve_control(const std::string& base, const std::string& control);

}  // namespace tenure::ingest::rtsp
