#include "ingest/rtsp/depacketiser_g711.h"

namespace tenure::ingest::rtsp {

void DepacketiserG711::take(const RtpPacket& packet, const Placement& placement, Instant arrived) {
  if (packet.payload.empty()) return;
  AccessUnit unit;
  unit.codec = codec_;
  unit.clock_rate = clock_rate_;
  unit.rtp_time = placement.time;
  unit.key = true;
  unit.data.assign(packet.payload.begin(), packet.payload.end());
  unit.arrived = arrived;
  sink_(std::move(unit));
}

}  // namespace tenure::ingest::rtsp
