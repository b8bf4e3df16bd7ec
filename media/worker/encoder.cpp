#include "media/worker/encoder.h"

#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "media/worker/canvas.h"
#include "media/worker/channel.h"

namespace tenure::worker {

namespace {
constexpr int kBuffer = 256 * 1024;
constexpr unsigned kSei = 6;

int write_output(void*, std::uint8_t* bytes, int size) {
  return write_all(kOutput, {bytes, static_cast<std::size_t>(size)}) ? size : AVERROR(EPIPE);
}

std::size_t next_start(View bytes, std::size_t from) {
  for (std::size_t i = from; i + 3 <= bytes.size(); ++i) {
    if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) return i;
  }
  return bytes.size();
}
}  // namespace

Blob without_sei(View annex_b) {
  Blob kept;
  auto at = next_start(annex_b, 0);
  while (at + 3 < annex_b.size()) {
    const auto next = next_start(annex_b, at + 3);
    const auto body = annex_b.subspan(at + 3, next - at - 3);
    if ((body[0] & 0x1Fu) != kSei) {
      kept.insert(kept.end(), {0, 0, 0, 1});
      kept.insert(kept.end(), body.begin(), body.end());
    }
    at = next;
  }
  return kept;
}

Encoder::Encoder(const VideoJob& job, const AVFrame& like, AVRational frames_per_second) : packet_(must_have(av_packet_alloc())) {
  start_codec(job, like, frames_per_second);
  start_container();
}

void Encoder::start_codec(const VideoJob& job, const AVFrame& like, AVRational frames_per_second) {
  const auto* x264 = avcodec_find_encoder_by_name("libx264");
  if (x264 == nullptr) throw Error(ErrorKind::internal, "This machine's libav has no x264.");
  codec_.reset(must_have(avcodec_alloc_context3(x264)));
  codec_->width = (job.width + 1) & ~1;
  codec_->height = (job.height + 1) & ~1;
  codec_->pix_fmt = AV_PIX_FMT_YUV420P;
  codec_->time_base = {1, static_cast<int>(job.timescale)};
  codec_->framerate = frames_per_second;
  codec_->sample_aspect_ratio = like.sample_aspect_ratio;
  codec_->color_range = full_range(like) ? AVCOL_RANGE_JPEG : like.color_range;  // the canvas has it too
  codec_->color_primaries = like.color_primaries;
  codec_->color_trc = like.color_trc;
  codec_->colorspace = like.colorspace;
  codec_->thread_count = codec_threads(16);
  codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "preset", "veryfast", 0);
  av_dict_set(&options, "crf", "23", 0);
  av_dict_set(&options, "a53cc", "0", 0);
  const int code = avcodec_open2(codec_.get(), x264, &options);
  av_dict_free(&options);
  must_render(code, "the encoder does not start");
}

void Encoder::start_container() {
  must_render(avformat_alloc_output_context2(&format_, nullptr, "mp4", nullptr), "the output does not start");
  auto* buffer = must_have(static_cast<std::uint8_t*>(av_malloc(kBuffer)));
  io_ = must_have(avio_alloc_context(buffer, kBuffer, 1, nullptr, nullptr, write_output, nullptr));
  format_->pb = io_;
  format_->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  auto* stream = must_have(avformat_new_stream(format_, nullptr));
  must_render(avcodec_parameters_from_context(stream->codecpar, codec_.get()), "the output does not start");
  stream->time_base = codec_->time_base;
  stream->avg_frame_rate = codec_->framerate;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "movflags", "frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets", 0);
  av_dict_set(&options, "use_editlist", "0", 0);
  const auto scale = std::to_string(codec_->time_base.den);
  av_dict_set(&options, "video_track_timescale", scale.c_str(), 0);
  const int code = avformat_write_header(format_, &options);
  av_dict_free(&options);
  must_render(code, "the output does not start");
}

Encoder::~Encoder() {
  avformat_free_context(format_);
  if (io_ != nullptr) av_freep(&io_->buffer);
  avio_context_free(&io_);
}

void Encoder::encode(AVFrame& canvas, std::int64_t pts) {
  canvas.pts = pts;
  canvas.pict_type = AV_PICTURE_TYPE_NONE;
  must_render(avcodec_send_frame(codec_.get(), &canvas), "a picture cannot be encoded");
  drain();
}

void Encoder::finish() {
  must_render(avcodec_send_frame(codec_.get(), nullptr), "the end cannot be encoded");
  drain();
  must_render(av_write_trailer(format_), "the output does not end");
}

void Encoder::drain() {
  for (;;) {
    const int code = avcodec_receive_packet(codec_.get(), packet_.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
    must_render(code, "a picture cannot be encoded");
    const auto clean = without_sei({packet_->data, static_cast<std::size_t>(packet_->size)});
    PacketPtr out(must_have(av_packet_alloc()));
    must_render(av_new_packet(out.get(), static_cast<int>(clean.size())), "there is no memory for a packet");
    std::memcpy(out->data, clean.data(), clean.size());
    out->pts = packet_->pts;
    out->dts = packet_->dts;
    out->duration = packet_->duration;
    out->flags = packet_->flags;
    out->stream_index = 0;
    av_packet_rescale_ts(out.get(), codec_->time_base, format_->streams[0]->time_base);
    av_packet_unref(packet_.get());
    must_render(av_write_frame(format_, out.get()), "the receiver has gone");
  }
}

}  // namespace tenure::worker
