#include "ingest/rtsp/depacketiser_video.h"

#include <array>

namespace tenure::ingest::rtsp {

namespace {
constexpr std::uint8_t kStart = 0x80, kEnd = 0x40;
constexpr std::size_t kLongestHeader = 2;
}  // namespace

constexpr DepacketiserVideo::Format DepacketiserVideo::kH264{1, 0, 0x1f, 1, 24, 28};
constexpr DepacketiserVideo::Format DepacketiserVideo::kH265{2, 1, 0x3f, 0, 48, 49};

DepacketiserVideo::DepacketiserVideo(const StreamInfo& info, UnitSink sink)
    : format_(info.codec == media::Codec::h264 ? kH264 : kH265), picture_(info.codec, info.clock_rate, std::move(sink)) {}

void DepacketiserVideo::take(const RtpPacket& packet, const Placement& placement, Instant arrived) {
  picture_.begin_packet(placement, arrived);
  if (!packet.payload.empty()) read(packet.payload);
  picture_.end_packet(packet.marker);
}

void DepacketiserVideo::read(View payload) {
  if (payload.size() < format_.header) return picture_.damage();
  const auto type = payload[0] >> format_.shift & format_.mask;
  if (type == format_.aggregate) return aggregate(payload.subspan(format_.header));
  if (type == format_.fragment) return fragment(payload);
  if (type < format_.least || type > format_.aggregate) return picture_.damage();
  picture_.add(payload);
}

void DepacketiserVideo::aggregate(View units) {
  ByteReader reader(units);
  while (reader.left() > 2) {
    const std::size_t size = reader.u16();
    if (size > reader.left()) return picture_.damage();
    picture_.add(reader.take(size));
  }
}

// The unit's header is put together again: its type stands beside the flags, the rest in the packet's own header.
void DepacketiserVideo::fragment(View payload) {
  if (payload.size() < format_.header + 1) return picture_.damage();
  const auto flags = payload[format_.header];
  const auto piece = payload.subspan(format_.header + 1);
  std::array<std::uint8_t, kLongestHeader> header{payload[0], payload[1]};  // the flags follow: there are two
  const auto type_bits = static_cast<std::uint8_t>(format_.mask << format_.shift);
  header[0] = static_cast<std::uint8_t>((payload[0] & ~type_bits) | (flags & format_.mask) << format_.shift);
  if (flags & kStart) picture_.begin_fragmented(View(header).first(format_.header), piece);
  else picture_.append(piece);
  if (flags & kEnd) picture_.end_fragmented();
}

}  // namespace tenure::ingest::rtsp
