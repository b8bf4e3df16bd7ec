#include "ingest/rtsp/rtp.h"

#include <algorithm>

namespace tenure::ingest::rtsp {

namespace {

constexpr int kLatest = 100;  // a sequence number this little behind is a late packet, further behind a restart

std::int64_t signed_step(std::uint32_t from, std::uint32_t to) { return static_cast<std::int32_t>(to - from); }

std::uint32_t big32(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 |
         static_cast<std::uint32_t>(at[2]) << 8 | at[3];
}
std::uint16_t big16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }

}  // namespace

std::optional<RtpPacket> parse_rtp(View bytes) {
  if (bytes.size() < 12 || bytes[0] >> 6 != 2) return std::nullopt;
  std::size_t head = 12 + 4u * (bytes[0] & 0x0f);
  if (bytes[0] & 0x10) {
    if (bytes.size() < head + 4) return std::nullopt;
    head += 4 + 4u * big16(&bytes[head + 2]);
  }
  std::size_t end = bytes.size();
  if (bytes[0] & 0x20) {
    const std::size_t padding = bytes.back();
    if (padding == 0 || padding > end) return std::nullopt;
    end -= padding;
  }
  if (head > end) return std::nullopt;
  RtpPacket packet;
  packet.marker = bytes[1] & 0x80;
  packet.payload_type = bytes[1] & 0x7f;
  packet.sequence = big16(&bytes[2]);
  packet.timestamp = big32(&bytes[4]);
  packet.ssrc = big32(&bytes[8]);
  packet.payload = bytes.subspan(head, end - head);
  return packet;
}

Placement Timeline::place(const RtpPacket& packet, Duration arrived) {
  Placement out;
  if (!started_) {
    started_ = true;
  } else if (packet.ssrc != ssrc_) {
    // The old and the new source's timestamps have nothing to do with each other; only arrival connects them.
    const auto gap = std::clamp<Duration>(arrived - arrived_, Duration(0), std::chrono::hours(1));
    time_ += std::max<std::int64_t>(1, gap.count() * clock_rate_ / 1'000'000);
    out.lost = true;
  } else {
    const auto ahead = static_cast<std::int16_t>(static_cast<std::uint16_t>(packet.sequence - sequence_ - 1));
    if (ahead < 0 && ahead >= -kLatest) {
      out.drop = true;
      return out;
    }
    out.lost = ahead != 0;
    time_ += signed_step(timestamp_, packet.timestamp);
  }
  ssrc_ = packet.ssrc;
  sequence_ = packet.sequence;
  timestamp_ = packet.timestamp;
  arrived_ = arrived;
  out.time = time_;
  return out;
}

std::optional<std::int64_t> Timeline::locate(std::uint32_t ssrc, std::uint32_t timestamp) const {
  if (!started_ || ssrc != ssrc_) return std::nullopt;
  return time_ + signed_step(timestamp_, timestamp);
}

}  // namespace tenure::ingest::rtsp
