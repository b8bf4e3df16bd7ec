// What a camera session hands to the segmenter: one picture, or one packet of sound.
#pragma once
#include "base/time.h"
#include "media/parameter_sets.h"

namespace tenure::ingest {

struct AccessUnit {
  media::Codec codec = media::Codec::h264;
  std::int64_t rtp_time = 0;     // unwrapped, in `clock_rate` units, from the first packet of the session
  std::uint32_t clock_rate = 90'000;
  bool key = false;              // video: a random access point (IDR/IRAP)
  bool damaged = false;          // packets were lost in it
  std::vector<Blob> nals;        // video: NAL units without start codes, byte for byte, parameter sets included
  Blob data;                     // audio: one AAC frame or G.711 bytes
  Instant arrived;               // trusted time of its first packet
};

}  // namespace tenure::ingest
