// RTP packets (RFC 3550), found in place, and one stream's time line: sequence numbers and 32-bit timestamps unwrapped.
// Pure; input may be hostile. A change of SSRC begins a new base that continues the time line by time of arrival.
#pragma once
#include <optional>

#include "base/bytes.h"
#include "base/time.h"

namespace tenure::ingest::rtsp {

struct RtpPacket {
  bool marker = false;
  std::uint8_t payload_type = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0, ssrc = 0;
  View payload;
};
std::optional<RtpPacket> parse_rtp(View bytes);

struct Placement {
  std::int64_t time = 0;  // unwrapped, counted from the stream's first packet
  bool lost = false;      // packets are missing before this one
  bool drop = false;      // a duplicate, or too late to be of use
};

class Timeline {
 public:
  explicit Timeline(std::uint32_t clock_rate) : clock_rate_(clock_rate) {}
  // `arrived` is any monotonic time.
  Placement place(const RtpPacket& packet, Duration arrived);
  // Where a sender report's RTP time lies, when it belongs to the current source.
  std::optional<std::int64_t> locate(std::uint32_t ssrc, std::uint32_t timestamp) const;
  bool started() const { return started_; }
  std::uint32_t ssrc() const { return ssrc_; }

 private:
  std::uint32_t clock_rate_;
  bool started_ = false;
  std::uint32_t ssrc_ = 0, timestamp_ = 0;
  std::uint16_t sequence_ = 0;
  std::int64_t time_ = 0;
  Duration arrived_{};
};

}  // namespace tenure::ingest::rtsp
