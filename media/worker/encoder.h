// H.264 by x264 into fragmented MP4 on the output descriptor. Only pictures go in: no captions, no x264 version text, no
// other SEI, no tags.
#pragma once
#include "media/worker/av.h"
#include "media/worker/job.h"

namespace tenure::worker {

class Encoder {
 public:
  // `like` gives sample aspect ratio and colour description, `frames_per_second` the rate control's idea of time.
  Encoder(const VideoJob& job, const AVFrame& like, AVRational frames_per_second);
  ~Encoder();
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  // `canvas` at `pts` of the job's timescale.
  void encode(AVFrame& canvas, std::int64_t pts);
  void finish();

 private:
  void start_codec(const VideoJob& job, const AVFrame& like, AVRational frames_per_second);
  void start_container();
  void drain();
  CodecPtr codec_;
  PacketPtr packet_;
  AVFormatContext* format_ = nullptr;
  AVIOContext* io_ = nullptr;
};

// The packet's NAL units (Annex B) without SEI. Pure.
Blob without_sei(View annex_b);

}  // namespace tenure::worker
