#include "media/worker/input.h"

#include <sched.h>

#include <algorithm>

#include "base/error.h"
#include "media/worker/channel.h"
#include "media/worker/job.h"

namespace tenure::worker {

namespace {
constexpr int kBuffer = 256 * 1024;

int read_input(void*, std::uint8_t* out, int size) {
  const auto got = read_some(kInput, out, static_cast<std::size_t>(size));
  if (got == 0) return AVERROR_EOF;
  return got < 0 ? AVERROR(EIO) : static_cast<int>(got);
}

// An MP3's end can only be found, and its padding cut off as every player does, when its size is known: it is read whole.
constexpr std::size_t kLargestMp3 = 192 << 20;

int read_memory(void* opaque, std::uint8_t* out, int size) {
  auto& memory = *static_cast<Memory*>(opaque);
  const auto count = std::min(static_cast<std::size_t>(size), memory.bytes.size() - memory.at);
  if (count == 0) return AVERROR_EOF;
  std::memcpy(out, memory.bytes.data() + memory.at, count);
  memory.at += count;
  return static_cast<int>(count);
}

std::int64_t seek_memory(void* opaque, std::int64_t offset, int whence) {
  auto& memory = *static_cast<Memory*>(opaque);
  const auto size = static_cast<std::int64_t>(memory.bytes.size());
  if ((whence & AVSEEK_SIZE) != 0) return size;
  if ((whence & ~AVSEEK_FORCE) != SEEK_SET || offset < 0 || offset > size) return AVERROR(EINVAL);
  memory.at = static_cast<std::size_t>(offset);
  return offset;
}
}  // namespace

namespace {
std::string reason_of(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return text;
}

void need_memory(int code) {
  if (code == AVERROR(ENOMEM)) throw std::bad_alloc();
}
}  // namespace

int codec_threads(int most) {
  cpu_set_t usable;
  CPU_ZERO(&usable);
  if (::sched_getaffinity(0, sizeof usable, &usable) != 0) return 1;
  return std::clamp(CPU_COUNT(&usable), 1, most);
}

int must_av(int code, const char* what) {
  need_memory(code);
  if (code < 0) throw Error(ErrorKind::corrupt, std::string("The recording cannot be decoded: ") + what + ".", reason_of(code));
  return code;
}

int must_render(int code, const char* what) {
  need_memory(code);
  if (code < 0) throw Error(ErrorKind::internal, std::string("The redacted copy cannot be made: ") + what + "; the recording is not the cause.", reason_of(code));
  return code;
}

Input::Input(const std::string& demuxer, const std::string& codecs, AVMediaType kind) {
  auto* buffer = must_have(static_cast<std::uint8_t*>(av_malloc(kBuffer)));
  if (demuxer == "mp3") {
    memory_.bytes = read_to_end(kInput, kLargestMp3);
    io_ = must_have(avio_alloc_context(buffer, kBuffer, 0, &memory_, read_memory, nullptr, seek_memory));
  } else {
    io_ = must_have(avio_alloc_context(buffer, kBuffer, 0, nullptr, read_input, nullptr, nullptr));
  }
  format_ = must_have(avformat_alloc_context());
  open(demuxer, codecs);
  // An MP3's padding can only be cut off by who knows its rate, and its demuxer finds that out here.
  if (kind == AVMEDIA_TYPE_AUDIO) must_av(avformat_find_stream_info(format_, nullptr), "its sound is not what it should be");
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    auto* one = format_->streams[i];
    one->discard = AVDISCARD_ALL;
    if (stream_ == nullptr && one->codecpar->codec_type == kind) stream_ = one;
  }
  if (stream_ == nullptr) throw Error(ErrorKind::corrupt, "The recording has no stream of the kind expected.");
  stream_->discard = AVDISCARD_DEFAULT;
}

void Input::open(const std::string& demuxer, const std::string& codecs) {
  const auto* chosen = av_find_input_format(demuxer.c_str());
  if (chosen == nullptr) throw Error(ErrorKind::internal, "This libav has no demuxer " + demuxer + ".");
  format_->pb = io_;
  format_->flags |= AVFMT_FLAG_CUSTOM_IO;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "protocol_whitelist", "", 0);
  av_dict_set(&options, "format_whitelist", chosen->name, 0);
  av_dict_set(&options, "codec_whitelist", codecs.c_str(), 0);
  av_dict_set(&options, "max_streams", "8", 0);
  if (demuxer == "mov") av_dict_set(&options, "ignore_editlist", "1", 0);
  const int code = avformat_open_input(&format_, "", chosen, &options);  // frees format_ when it fails
  av_dict_free(&options);
  must_av(code, "its container is not what it should be");
}

Input::~Input() {
  if (format_ != nullptr) avformat_close_input(&format_);
  if (io_ != nullptr) av_freep(&io_->buffer);
  avio_context_free(&io_);
}

bool Input::read(AVPacket* packet) {
  for (;;) {
    av_packet_unref(packet);
    const int code = av_read_frame(format_, packet);
    if (code == AVERROR_EOF) return false;
    must_av(code, "its container is damaged");
    if (packet->stream_index == stream_->index) return true;
  }
}

CodecPtr Input::make_decoder() const {
  const auto* codec = avcodec_find_decoder(stream_->codecpar->codec_id);
  if (codec == nullptr || av_match_list(codec->name, format_->codec_whitelist, ',') <= 0)
    throw Error(ErrorKind::refused, std::string("The recording's codec, ") + avcodec_get_name(stream_->codecpar->codec_id) + ", cannot be redacted.");
  CodecPtr decoder(must_have(avcodec_alloc_context3(codec)));
  must_av(avcodec_parameters_to_context(decoder.get(), stream_->codecpar), "its codec set-up is damaged");
  decoder->pkt_timebase = stream_->time_base;
  return decoder;
}

}  // namespace tenure::worker
