#include "ingest/rtsp/rtcp.h"

namespace tenure::ingest::rtsp {

namespace {

constexpr std::uint8_t kSenderReport = 200, kGoodbye = 203;
constexpr std::int64_t kNtpToUnix = 2'208'988'800;

Instant from_ntp(std::uint32_t seconds, std::uint32_t fraction) {
  // Seconds below 2^31 are those after 7 February 2036, when the 32 bits wrap.
  const std::int64_t era = seconds < 0x8000'0000u ? std::int64_t{1} << 32 : 0;
  const auto micros = static_cast<std::int64_t>((static_cast<std::uint64_t>(fraction) * 1'000'000) >> 32);
  return instant_from_micros((seconds + era - kNtpToUnix) * 1'000'000 + micros);
}

}  // namespace

Rtcp parse_rtcp(View bytes) {
  Rtcp out;
  ByteReader reader(bytes);
  while (reader.left() >= 8) {
    const auto first = reader.u8();
    const auto type = reader.u8();
    const std::size_t length = std::size_t{4} * reader.u16();
    if (first >> 6 != 2 || length > reader.left()) break;
    ByteReader body(reader.take(length));
    const auto ssrc = body.u32();
    if (type == kSenderReport && length >= 24) {
      const auto seconds = body.u32();
      const auto fraction = body.u32();
      const auto rtp_time = body.u32();
      // A camera without a clock sends zero: no report at all is more honest.
      if (seconds != 0) out.report = RtcpReport{ssrc, rtp_time, from_ntp(seconds, fraction)};
    }
    if (type == kGoodbye && (first & 0x1f) > 0 && length >= 4) out.goodbye = ssrc;
  }
  return out;
}

}  // namespace tenure::ingest::rtsp
