#include "media/worker/canvas.h"

#include <algorithm>

#include "base/error.h"

namespace tenure::worker {

namespace {
constexpr std::uint8_t kBlack = 16, kFullBlack = 0, kChroma = 128;

// x264 takes even sizes only; a picture of odd size gets a line or column of fill.
int even(int size) { return (size + 1) & ~1; }

FramePtr make_frame(int width, int height) {
  FramePtr frame(must_have(av_frame_alloc()));
  frame->format = AV_PIX_FMT_YUV420P;
  frame->width = width;
  frame->height = height;
  must_render(av_frame_get_buffer(frame.get(), 64), "there is no memory for a picture");
  return frame;
}

struct Area {
  std::size_t x, y, width, height;
};

Area on_plane(const PixelBox& box, int plane) {
  const unsigned shift = plane == 0 ? 0 : 1;
  return {static_cast<std::size_t>(box.x >> shift), static_cast<std::size_t>(box.y >> shift),
          static_cast<std::size_t>((box.width + shift) >> shift), static_cast<std::size_t>((box.height + shift) >> shift)};
}

std::uint8_t* row_of(const AVFrame& frame, int plane, std::size_t y) {
  return frame.data[plane] + static_cast<std::ptrdiff_t>(y) * frame.linesize[plane];
}
}  // namespace

bool full_range(const AVFrame& picture) {
  switch (picture.format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ444P: return true;
    default: return picture.color_range == AVCOL_RANGE_JPEG;
  }
}

Canvas::Canvas(const VideoJob& job) : job_(job) {}

void Canvas::start(const AVFrame& first) {
  full_ = full_range(first);
  canvas_ = make_frame(even(job_.width), even(job_.height));
  fill({0, 0, static_cast<std::uint16_t>(even(job_.width)), static_cast<std::uint16_t>(even(job_.height))});
}

PixelBox Canvas::whole() const { return {0, 0, job_.width, job_.height}; }

AVFrame& Canvas::compose(const AVFrame& picture, const FrameJob& line) {
  if (!canvas_) start(picture);
  must_render(av_frame_make_writable(canvas_.get()), "there is no memory for a picture");
  for (const auto& box : shown_) fill(box);
  shown_.clear();
  if (job_.cover) {
    copy(as_yuv420p(picture), whole());
    for (const auto& box : line.boxes) fill(box);
  } else if (!line.boxes.empty()) {
    const auto& source = as_yuv420p(picture);
    for (const auto& box : line.boxes) copy(source, box);
    shown_ = line.boxes;
  }
  return *canvas_;
}

const AVFrame& Canvas::as_yuv420p(const AVFrame& picture) {
  const bool full = full_range(picture);
  if (full == full_ && (picture.format == AV_PIX_FMT_YUV420P || picture.format == AV_PIX_FMT_YUVJ420P)) return picture;
  if (!converted_) converted_ = make_frame(job_.width, job_.height);
  const auto format = static_cast<AVPixelFormat>(picture.format);
  scale_.reset(sws_getCachedContext(scale_.release(), picture.width, picture.height, format, job_.width, job_.height,
                                    AV_PIX_FMT_YUV420P, SWS_BILINEAR | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
  must_have(scale_.get());
  // The matrix stays as it is: this only changes sampling and depth, and the range where it changes within a recording.
  const int* table = sws_getCoefficients(SWS_CS_DEFAULT);
  sws_setColorspaceDetails(scale_.get(), table, full ? 1 : 0, table, full_ ? 1 : 0, 0, 1 << 16, 1 << 16);
  must_render(sws_scale(scale_.get(), picture.data, picture.linesize, 0, picture.height, converted_->data, converted_->linesize),
          "its pixel format cannot be converted");
  return *converted_;
}

void Canvas::copy(const AVFrame& from, const PixelBox& box) {
  for (int plane = 0; plane < 3; ++plane) {
    const auto area = on_plane(box, plane);
    for (std::size_t y = area.y; y < area.y + area.height; ++y)
      std::memcpy(row_of(*canvas_, plane, y) + area.x, row_of(from, plane, y) + area.x, area.width);
  }
}

void Canvas::fill(const PixelBox& box) {
  for (int plane = 0; plane < 3; ++plane) {
    const auto area = on_plane(box, plane);
    for (std::size_t y = area.y; y < area.y + area.height; ++y)
      std::memset(row_of(*canvas_, plane, y) + area.x, plane > 0 ? kChroma : full_ ? kFullBlack : kBlack, area.width);
  }
}

}  // namespace tenure::worker
