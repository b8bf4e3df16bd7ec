#include "ingest/rtsp/depacketiser_h264.h"

namespace tenure::ingest::rtsp {

namespace {
constexpr std::uint8_t kTypeMask = 0x1f, kAggregate = 24, kFragment = 28, kStart = 0x80, kEnd = 0x40;
}

void DepacketiserH264::take(const RtpPacket& packet, const Placement& placement, Instant arrived) {
  picture_.begin_packet(placement, arrived);
  const auto payload = packet.payload;
  if (!payload.empty()) {
    const auto type = payload[0] & kTypeMask;
    if (type >= 1 && type < kAggregate) picture_.add(payload);
    else if (type == kAggregate) aggregate(payload.subspan(1));
    else if (type == kFragment) fragment(payload);
    else picture_.damage();
  }
  picture_.end_packet(packet.marker);
}

void DepacketiserH264::aggregate(View units) {
  ByteReader reader(units);
  while (reader.left() > 2) {
    const std::size_t size = reader.u16();
    if (size > reader.left()) return picture_.damage();
    picture_.add(reader.take(size));
  }
}

void DepacketiserH264::fragment(View payload) {
  if (payload.size() < 2) return picture_.damage();
  const auto flags = payload[1];
  const auto piece = payload.subspan(2);
  const auto header = static_cast<std::uint8_t>((payload[0] & 0xe0) | (flags & kTypeMask));
  if (flags & kStart) picture_.begin_fragmented({&header, 1}, piece);
  else picture_.append(piece);
  if (flags & kEnd) picture_.end_fragmented();
}

}  // namespace tenure::ingest::rtsp
