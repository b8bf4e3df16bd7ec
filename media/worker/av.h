// libav's objects with an owner each. Only for the .cpp files of this folder.
#pragma once
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/channel_layout.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <memory>

namespace tenure::worker {

// Threads for a codec: the processors this process may run on, at most `most`.
int codec_threads(int most);

struct AvDelete {
  void operator()(AVFrame* it) const { av_frame_free(&it); }
  void operator()(AVPacket* it) const { av_packet_free(&it); }
  void operator()(AVCodecContext* it) const { avcodec_free_context(&it); }
  void operator()(SwsContext* it) const { sws_freeContext(it); }
  void operator()(SwrContext* it) const { swr_free(&it); }
};
using FramePtr = std::unique_ptr<AVFrame, AvDelete>;
using PacketPtr = std::unique_ptr<AVPacket, AvDelete>;
using CodecPtr = std::unique_ptr<AVCodecContext, AvDelete>;
using ScalePtr = std::unique_ptr<SwsContext, AvDelete>;
using ResamplePtr = std::unique_ptr<SwrContext, AvDelete>;

// Throws when `code` is negative: bad_alloc where memory is short, else Error with libav's reason. The first blames the
// recording (corrupt) and is for demuxing and decoding only; the second blames us (internal).
int must_av(int code, const char* what);
int must_render(int code, const char* what);
template <typename T>
T* must_have(T* pointer) {
  if (pointer == nullptr) throw std::bad_alloc();
  return pointer;
}

}  // namespace tenure::worker
