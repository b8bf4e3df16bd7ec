#include "ingest/rtsp/depacketiser_aac.h"

namespace tenure::ingest::rtsp {

namespace {

constexpr std::size_t kMaxFrame = 64 << 10, kMaxFrames = 64;

std::uint32_t take_bits(View bytes, std::size_t& at, std::size_t count) {
  std::uint32_t value = 0;
  for (; count > 0; --count, ++at) value = value << 1 | ((bytes[at / 8] >> (7 - at % 8)) & 1u);
  return value;
}

}  // namespace

std::vector<std::size_t> DepacketiserAac::frame_sizes(View headers, std::size_t bits) const {
  std::vector<std::size_t> sizes;
  std::size_t at = 0;
  while (at < bits) {
    const std::size_t index_bits = sizes.empty() ? packing_.index_bits : packing_.delta_bits;
    if (at + packing_.size_bits + index_bits > bits || sizes.size() == kMaxFrames) return {};
    const auto size = take_bits(headers, at, packing_.size_bits);
    const auto index = take_bits(headers, at, index_bits);
    if (size == 0 || size > kMaxFrame || (index != 0 && !sizes.empty())) return {};
    sizes.push_back(size);
  }
  return sizes;
}

void DepacketiserAac::take(const RtpPacket& packet, const Placement& placement, Instant arrived) {
  if (placement.lost) partial_.clear();
  ByteReader reader(packet.payload);
  const std::size_t bits = reader.u16();
  const auto headers = reader.take((bits + 7) / 8);
  const auto sizes = reader.failed() ? std::vector<std::size_t>() : frame_sizes(headers, bits);
  if (sizes.empty()) return;
  if (sizes.size() == 1 && (sizes[0] > reader.left() || !partial_.empty()))
    return piece_of(sizes[0], reader.take(reader.left()), placement, arrived);
  partial_.clear();  // never finished
  auto time = placement.time;
  for (const auto size : sizes) {
    if (size > reader.left()) return;
    give(reader.take(size), time, arrived);
    time += packing_.frame_duration;
  }
}

void DepacketiserAac::piece_of(std::size_t whole, View piece, const Placement& placement, Instant arrived) {
  if (partial_time_ != placement.time) partial_.clear();  // the frame before was never finished
  partial_time_ = placement.time;
  partial_.insert(partial_.end(), piece.begin(), piece.end());
  if (partial_.size() < whole) return;
  if (partial_.size() == whole) give(partial_, placement.time, arrived);
  partial_.clear();
}

void DepacketiserAac::give(View frame, std::int64_t time, Instant arrived) {
  AccessUnit unit;
  unit.codec = info_.codec;
  unit.clock_rate = info_.clock_rate;
  unit.rtp_time = time;
  unit.key = true;
  unit.data.assign(frame.begin(), frame.end());
  unit.arrived = arrived;
  sink_(std::move(unit));
}

}  // namespace tenure::ingest::rtsp
