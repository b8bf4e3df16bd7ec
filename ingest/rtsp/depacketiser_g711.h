// G.711 over RTP (RFC 3551): each packet's payload is one unit of sound. A lost packet shows as a step of rtp_time.
#pragma once
#include "ingest/rtsp/depacketiser.h"

namespace tenure::ingest::rtsp {

class DepacketiserG711 : public Depacketiser {
 public:
  DepacketiserG711(const StreamInfo& info, UnitSink sink)
      : codec_(info.codec), clock_rate_(info.clock_rate), sink_(std::move(sink)) {}
  void take(const RtpPacket& packet, const Placement& placement, Instant arrived) override;

 private:
  media::Codec codec_;
  std::uint32_t clock_rate_;
  UnitSink sink_;
};

}  // namespace tenure::ingest::rtsp
