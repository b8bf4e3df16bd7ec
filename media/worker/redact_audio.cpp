#include <boost/json.hpp>
#include <optional>

#include "base/error.h"
#include "media/worker/channel.h"
#include "media/worker/input.h"
#include "media/worker/mute.h"
#include "media/worker/redact.h"

namespace tenure::worker {

namespace {
const char* kCodecs =
    "pcm_s16le,pcm_u8,pcm_s24le,pcm_s32le,pcm_f32le,pcm_alaw,pcm_mulaw,gsm_ms,adpcm_ms,adpcm_ima_wav,g722,mp3float,mp3";

// Decoded sound as interleaved 16-bit samples, muted, on the output descriptor.
class Sound {
 public:
  explicit Sound(const AudioJob& job) : job_(job) {}
  void take(const AVFrame& frame) {
    if (!mute_) start(frame);
    if (frame.sample_rate != rate_ || frame.ch_layout.nb_channels != channels_)
      throw Error(ErrorKind::corrupt, "The sound changes its rate or its channels in the middle; it cannot be redacted.");
    std::vector<std::int16_t> block(static_cast<std::size_t>(frame.nb_samples) * static_cast<std::size_t>(channels_));
    auto* out = reinterpret_cast<std::uint8_t*>(block.data());
    must_render(swr_convert(resample_.get(), &out, frame.nb_samples, const_cast<const std::uint8_t**>(frame.extended_data), frame.nb_samples),
            "its samples cannot be converted");
    mute_->apply(samples_, block);
    samples_ += static_cast<std::uint64_t>(frame.nb_samples);
    if (!write_all(kOutput, {reinterpret_cast<const std::uint8_t*>(block.data()), block.size() * sizeof(std::int16_t)}))
      throw Error(ErrorKind::unavailable, "The receiver of the sound has gone.");
  }
  void finish() const {
    if (!mute_) throw Error(ErrorKind::corrupt, "There is no sound in this recording.");
    report_done(boost::json::serialize(boost::json::object{{"samples", samples_}, {"rate", rate_}, {"channels", channels_}}));
  }

 private:
  void start(const AVFrame& frame) {
    rate_ = frame.sample_rate;
    channels_ = frame.ch_layout.nb_channels;
    if (rate_ < 1 || rate_ > 384'000 || channels_ < 1 || channels_ > 8)
      throw Error(ErrorKind::corrupt, "The sound's rate or number of channels makes no sense.");
    AVChannelLayout layout{};
    av_channel_layout_default(&layout, channels_);
    SwrContext* context = nullptr;
    const int code = swr_alloc_set_opts2(&context, &layout, AV_SAMPLE_FMT_S16, rate_, &layout, static_cast<AVSampleFormat>(frame.format), rate_, 0, nullptr);
    resample_.reset(context);
    must_render(code, "its samples cannot be converted");
    must_render(swr_init(context), "its samples cannot be converted");
    mute_.emplace(job_.mutes, static_cast<std::uint32_t>(rate_), static_cast<std::uint32_t>(channels_));
  }

  const AudioJob& job_;
  ResamplePtr resample_;
  std::optional<Mute> mute_;
  int rate_ = 0, channels_ = 0;
  std::uint64_t samples_ = 0;
};

void drain(AVCodecContext& decoder, AVFrame& frame, Sound& sound) {
  for (;;) {
    const int code = avcodec_receive_frame(&decoder, &frame);
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
    must_av(code, "its sound is damaged");
    sound.take(frame);
  }
}
}  // namespace

void redact_audio(const AudioJob& job) {
  Input input(job.container, kCodecs, AVMEDIA_TYPE_AUDIO);
  const auto decoder = input.make_decoder();
  decoder->thread_count = 1;
  must_av(avcodec_open2(decoder.get(), nullptr, nullptr), "its decoder does not start");
  PacketPtr packet(must_have(av_packet_alloc()));
  FramePtr frame(must_have(av_frame_alloc()));
  Sound sound(job);
  while (input.read(packet.get())) {
    must_av(avcodec_send_packet(decoder.get(), packet.get()), "its sound is damaged");
    drain(*decoder, *frame, sound);
  }
  must_av(avcodec_send_packet(decoder.get(), nullptr), "its end is damaged");
  drain(*decoder, *frame, sound);
  sound.finish();
}

}  // namespace tenure::worker
