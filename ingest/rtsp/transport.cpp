#include "ingest/rtsp/transport.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "ingest/rtsp/message.h"

namespace tenure::ingest::rtsp {

namespace {

std::string_view next_part(std::string_view& rest) {
  const auto at = rest.find(';');
  const auto part = trim(rest.substr(0, at));
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return part;
}

Channels parse_pair(std::string_view text) {
  const auto dash = text.find('-');
  std::uint64_t rtp = 0, rtcp = 0;
  const bool first = parse_number(text.substr(0, dash), 255, rtp);
  const bool second = dash == std::string_view::npos || parse_number(text.substr(dash + 1), 255, rtcp);
  if (dash == std::string_view::npos) rtcp = rtp + 1;
  if (!first || !second || rtcp > 255)
    throw Error(ErrorKind::corrupt, "the camera's interleaved channels are not two numbers from 0 to 255 (\"" +
                                        log_safe(text.substr(0, 40)) + "\"): update its firmware");
  return {static_cast<std::uint8_t>(rtp), static_cast<std::uint8_t>(rtcp)};
}

}  // namespace

Channels parse_transport(std::string_view header, Channels asked) {
  auto rest = header;
  const auto protocol = lower(next_part(rest));
  if (!protocol.empty() && protocol.find("/tcp") == std::string::npos)
    throw Error(ErrorKind::refused, "the camera will not send over TCP (it answered " + log_safe(protocol) +
                                        "): enable RTSP over TCP in its settings");
  Channels channels = asked;
  while (!rest.empty()) {
    const auto part = next_part(rest);
    if (lower(part.substr(0, 12)) == "interleaved=") channels = parse_pair(part.substr(12));
  }
  return channels;
}

SessionHeader parse_session(std::string_view header) {
  SessionHeader out;
  auto rest = header;
  out.id = next_part(rest);
  if (!is_clean_uri(out.id) || out.id.size() > 256)
    throw Error(ErrorKind::corrupt, "the camera's answer to SETUP has no usable Session header: update its firmware");
  while (!rest.empty()) {
    const auto part = next_part(rest);
    std::uint64_t seconds = 0;
    if (lower(part.substr(0, 8)) == "timeout=" && parse_number(part.substr(8), 86'400, seconds))
      out.timeout = Seconds(std::clamp<std::int64_t>(static_cast<std::int64_t>(seconds), 2, 600));
  }
  return out;
}

}  // namespace tenure::ingest::rtsp
