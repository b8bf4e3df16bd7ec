#include "ingest/rtsp/depacketiser_h265.h"

namespace tenure::ingest::rtsp {

namespace {
constexpr std::uint8_t kAggregate = 48, kFragment = 49, kStart = 0x80, kEnd = 0x40, kTypeMask = 0x3f;
constexpr std::size_t kHeader = 2;
}

void DepacketiserH265::take(const RtpPacket& packet, const Placement& placement, Instant arrived) {
  picture_.begin_packet(placement, arrived);
  const auto payload = packet.payload;
  if (payload.size() >= kHeader) {
    const auto type = (payload[0] >> 1) & kTypeMask;
    if (type < kAggregate) picture_.add(payload);
    else if (type == kAggregate) aggregate(payload.subspan(kHeader));
    else if (type == kFragment) fragment(payload);
    else picture_.damage();
  } else if (!payload.empty()) {
    picture_.damage();
  }
  picture_.end_packet(packet.marker);
}

void DepacketiserH265::aggregate(View units) {
  ByteReader reader(units);
  while (reader.left() > 2) {
    const std::size_t size = reader.u16();
    if (size > reader.left()) return picture_.damage();
    picture_.add(reader.take(size));
  }
}

void DepacketiserH265::fragment(View payload) {
  if (payload.size() < kHeader + 1) return picture_.damage();
  const auto flags = payload[2];
  const auto piece = payload.subspan(kHeader + 1);
  const std::uint8_t header[kHeader] = {
      static_cast<std::uint8_t>((payload[0] & 0x81) | (flags & kTypeMask) << 1), payload[1]};
  if (flags & kStart) picture_.begin_fragmented(header, piece);
  else picture_.append(piece);
  if (flags & kEnd) picture_.end_fragmented();
}

}  // namespace tenure::ingest::rtsp
