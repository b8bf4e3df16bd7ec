// H.264 (RFC 6184) and H.265 (RFC 7798) over RTP, which differ in the NAL unit's header and in numbers: single NAL units,
// aggregation packets (STAP-A, AP), fragments (FU-A, FU). The interleaved packings and PACI are not read.
#pragma once
#include "ingest/rtsp/depacketiser.h"

namespace tenure::ingest::rtsp {

class DepacketiserVideo : public Depacketiser {
 public:
  DepacketiserVideo(const StreamInfo& info, UnitSink sink);
  void take(const RtpPacket& packet, const Placement& placement, Instant arrived) override;

 private:
  struct Format {
    std::size_t header;              // bytes of a NAL unit's header
    unsigned shift;                  // of the type, in the header's first byte
    std::uint8_t mask;
    std::uint8_t least, aggregate, fragment;  // types: single units lie from `least` up to `aggregate`
  };
  static const Format kH264, kH265;
  void read(View payload);
  void aggregate(View units);
  void fragment(View payload);
  const Format& format_;
  PictureAssembler picture_;
};

}  // namespace tenure::ingest::rtsp
