// H.265 over RTP (RFC 7798): single NAL units, aggregation packets, fragmentation units, without DONL. PACI is not read.
#pragma once
#include "ingest/rtsp/depacketiser.h"

namespace tenure::ingest::rtsp {

class DepacketiserH265 : public Depacketiser {
 public:
  DepacketiserH265(const StreamInfo& info, UnitSink sink) : picture_(info.codec, info.clock_rate, std::move(sink)) {}
  void take(const RtpPacket& packet, const Placement& placement, Instant arrived) override;

 private:
  void aggregate(View units);
  void fragment(View payload);
  PictureAssembler picture_;
};

}  // namespace tenure::ingest::rtsp
