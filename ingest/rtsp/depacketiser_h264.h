// H.264 over RTP (RFC 6184): single NAL units, STAP-A, FU-A. The interleaved types of packetization mode 2 are not read.
#pragma once
#include "ingest/rtsp/depacketiser.h"

namespace tenure::ingest::rtsp {

class DepacketiserH264 : public Depacketiser {
 public:
  DepacketiserH264(const StreamInfo& info, UnitSink sink) : picture_(info.codec, info.clock_rate, std::move(sink)) {}
  void take(const RtpPacket& packet, const Placement& placement, Instant arrived) override;

 private:
  void aggregate(View units);
  void fragment(View payload);
  PictureAssembler picture_;
};

}  // namespace tenure::ingest::rtsp
