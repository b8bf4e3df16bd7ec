// What the worker is told about one stretch: a line for every picture it will decode, with whether it is shown and the
// boxes on it; and the media to feed it, without sound. One thread at a time.
#pragma once
#include "disclosure/recorded.h"
#include "media/worker/job.h"

namespace tenure::disclosure {

struct FrameTable {
  std::vector<Piece> pieces;         // those with pictures to decode
  std::vector<media::Movie> movies;  // of each: video only, from the key frame before the span to the span's last picture
  worker::VideoJob job;
  std::size_t shown = 0;
};

FrameTable make_frame_table(const ExportContext& context, const Stretch& stretch, const Interval& span, const redaction::Plan& plan);

}  // namespace tenure::disclosure
