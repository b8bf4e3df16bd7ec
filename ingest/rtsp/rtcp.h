// RTCP compound packets (RFC 3550 section 6): the sender reports and goodbyes in them. Pure; input may be hostile.
#pragma once
#include "ingest/rtsp/rtp.h"

namespace tenure::ingest::rtsp {

struct RtcpReport {
  std::uint32_t ssrc = 0;
  std::uint32_t rtp_time = 0;
  Instant camera_time;
};

struct Rtcp {
  std::optional<RtcpReport> report;     // the last sender report in it
  std::optional<std::uint32_t> goodbye; // the source that leaves
};
Rtcp parse_rtcp(View bytes);

}  // namespace tenure::ingest::rtsp
