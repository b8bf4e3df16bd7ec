// Turns one stream's RTP packets, in order, into access units. One class per codec; pure but for the sink, bounded, and
// safe on hostile bytes: what cannot be read marks the picture damaged; sound is given whole or not at all.
#pragma once
#include <memory>

#include "ingest/rtsp/picture_assembler.h"
#include "ingest/rtsp/sdp.h"

namespace tenure::ingest::rtsp {

class Depacketiser {
 public:
  virtual ~Depacketiser() = default;
  virtual void take(const RtpPacket& packet, const Placement& placement, Instant arrived) = 0;
};

// `sink` is called within take().
std::unique_ptr<Depacketiser> make_depacketiser(const TrackPlan& plan, UnitSink sink);

}  // namespace tenure::ingest::rtsp
