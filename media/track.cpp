#include "media/track.h"

namespace tenure::media {

std::string to_string(Codec codec) {
  switch (codec) {
    case Codec::h264: return "h264";
    case Codec::h265: return "h265";
    case Codec::aac: return "aac";
    case Codec::alaw: return "alaw";
    case Codec::ulaw: return "ulaw";
  }
  return "unknown";
}

}  // namespace tenure::media
