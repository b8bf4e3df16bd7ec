#include "media/worker/pictures.h"

#include <algorithm>

#include "base/error.h"

namespace tenure::worker {

namespace {
constexpr std::int64_t kMostPixels = 8192 * 8192;

// How many pictures the decoder must hold back to give them in order. It learns this from the stream by and by, and
// would lose the first pictures of streams that do not say; we know it from the index.
int reorder_depth(const std::vector<FrameJob>& frames) {
  int depth = 0;
  const std::size_t window = 16;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    int before = 0;
    for (std::size_t j = i > window ? i - window : 0; j < i; ++j) before += frames[j].pts > frames[i].pts ? 1 : 0;
    depth = std::max(depth, before);
  }
  return depth;
}
}  // namespace

Pictures::Pictures(const VideoJob& job)
    : job_(job), input_("mov", "h264,hevc", AVMEDIA_TYPE_VIDEO), decoder_(input_.make_decoder()), frame_(must_have(av_frame_alloc())) {
  decoder_->thread_count = codec_threads(8);
  decoder_->thread_type = FF_THREAD_FRAME;
  decoder_->has_b_frames = reorder_depth(job.frames);
  decoder_->max_pixels = kMostPixels;
  must_av(avcodec_open2(decoder_.get(), nullptr, nullptr), "its decoder does not start");
}

std::uint64_t Pictures::for_each(const std::function<void(const AVFrame&, const FrameJob&)>& each) {
  PacketPtr packet(must_have(av_packet_alloc()));
  while (packets_ < job_.frames.size() && input_.read(packet.get())) {
    match(*packet);
    const int code = avcodec_send_packet(decoder_.get(), packet.get());
    if (code != AVERROR_INVALIDDATA) must_av(code, "a picture is damaged");  // a damaged one is missing, and counted
    drain(each);
  }
  must_av(avcodec_send_packet(decoder_.get(), nullptr), "its end is damaged");
  drain(each);
  return shown_;
}

void Pictures::match(const AVPacket& packet) {
  const auto& line = job_.frames[packets_];
  if (packets_ == 0) shift_ = packet.pts - line.pts;
  if (packet.pts == AV_NOPTS_VALUE || packet.pts - shift_ != line.pts)
    throw Error(ErrorKind::corrupt, "The recording's pictures do not agree with its index; nothing was redacted.");
  by_pts_[packet.pts] = packets_++;
}

void Pictures::drain(const std::function<void(const AVFrame&, const FrameJob&)>& each) {
  for (;;) {
    const int code = avcodec_receive_frame(decoder_.get(), frame_.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
    if (code == AVERROR_INVALIDDATA) continue;
    must_av(code, "a picture is damaged");
    const auto found = by_pts_.find(frame_->pts);
    if (found == by_pts_.end()) continue;
    const auto& line = job_.frames[found->second];
    by_pts_.erase(found);
    if (!line.show || line.pts <= last_shown_) continue;
    if (frame_->width != job_.width || frame_->height != job_.height)
      throw Error(ErrorKind::refused, "The picture size changes inside this recording, so its boxes fit no longer; export the parts before and after the change separately.");
    last_shown_ = line.pts;
    ++shown_;
    each(*frame_, line);
  }
}

}  // namespace tenure::worker
