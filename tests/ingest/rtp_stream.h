// One stream of RTP packets into its depacketiser, losses included, through the real time line; keeps the units.
#pragma once
#include <gtest/gtest.h>

#include "ingest/rtsp/depacketiser.h"

namespace tenure::ingest::rtsp {

// `head`, then bytes that differ from place to place and with the size.
inline Blob filled(Blob head, std::size_t size) {
  for (auto at = head.size(); at < size; ++at) head.push_back(static_cast<std::uint8_t>(at * 31 + size));
  return head;
}

inline TrackPlan track_of(media::Codec codec) {
  TrackPlan plan;
  plan.info.codec = codec;
  return plan;
}

class RtpStream {
 public:
  explicit RtpStream(media::Codec codec) : RtpStream(track_of(codec)) {}
  explicit RtpStream(const TrackPlan& plan)
      : timeline_(plan.info.clock_rate),
        depacketiser_(make_depacketiser(plan, [this](AccessUnit unit) { units.push_back(std::move(unit)); })) {}

  void send(const Blob& payload, bool marker) {
    ++sequence_;
    again(payload, marker);
  }
  // With the last sequence number once more.
  void again(const Blob& payload, bool marker) {
    RtpPacket packet;
    packet.marker = marker;
    packet.sequence = sequence_;
    packet.timestamp = timestamp_;
    packet.payload = payload;
    const auto placement = timeline_.place(packet, Duration{});
    if (!placement.drop) depacketiser_->take(packet, placement, Instant());
  }
  RtpStream& lose() {
    ++sequence_;
    return *this;
  }
  RtpStream& step(std::uint32_t ticks) {
    timestamp_ += ticks;
    return *this;
  }

  std::vector<AccessUnit> units;

 private:
  std::uint16_t sequence_ = 65'530;  // wraps within each test's first packets
  std::uint32_t timestamp_ = 0xffff'ff00;
  Timeline timeline_;
  std::unique_ptr<Depacketiser> depacketiser_;
};

}  // namespace tenure::ingest::rtsp
