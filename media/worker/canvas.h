// Composes the picture that leaves: a YUV420P canvas that starts all fill, onto which only what may be shown is copied;
// or, in cover mode, the whole picture and then the fill over the boxes. Nothing of the decoder's frame but its pixels
// (no side data, no metadata) reaches the encoder. It has the first picture's range of values, and is black in that.
#pragma once
#include "media/worker/av.h"
#include "media/worker/job.h"

namespace tenure::worker {

// Whether its values reach from 0 to 255 rather than from 16 to 235.
bool full_range(const AVFrame& picture);

class Canvas {
 public:
  explicit Canvas(const VideoJob& job);
  // The canvas with this picture on it; valid until the next call.
  AVFrame& compose(const AVFrame& picture, const FrameJob& line);

 private:
  void start(const AVFrame& first);
  const AVFrame& as_yuv420p(const AVFrame& picture);
  void copy(const AVFrame& from, const PixelBox& box);
  void fill(const PixelBox& box);
  PixelBox whole() const;

  const VideoJob& job_;
  FramePtr canvas_, converted_;
  ScalePtr scale_;
  bool full_ = false;
  std::vector<PixelBox> shown_;  // what of the canvas is not fill
};

}  // namespace tenure::worker
