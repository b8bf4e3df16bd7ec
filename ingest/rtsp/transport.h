// What a camera answers to SETUP: the Transport and Session headers. Pure; input may be hostile.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tenure::ingest::rtsp {

struct Channels {
  std::uint8_t rtp = 0, rtcp = 1;
};
// The interleaved channels; `asked` when the camera names none. Throws Error naming what is wrong.
Channels parse_transport(std::string_view header, Channels asked);

struct SessionHeader {
  std::string id;
  Duration timeout = Seconds(60);
};
// Throws Error{corrupt} when there is no usable id.
SessionHeader parse_session(std::string_view header);

}  // namespace tenure::ingest::rtsp
