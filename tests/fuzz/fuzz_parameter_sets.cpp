#include "media/parameter_sets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tenure;
  const View bytes(data, size);
  const Blob set(bytes.begin(), bytes.end());
  for (const auto codec : {media::Codec::h264, media::Codec::h265}) {
    media::nal_kind(codec, bytes);
    media::begins_picture(codec, bytes);
    media::video_track(codec, {{set}, {set}, {set}});
  }
  media::aac_track(bytes);
  return 0;
}
