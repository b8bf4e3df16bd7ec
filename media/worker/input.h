// Media from the input descriptor, opened with the one demuxer that is expected, no protocol and a short list of codecs:
// bytes that are something else are refused, never guessed at (a .wav can otherwise open as a playlist).
#pragma once
#include <string>

#include "base/bytes.h"
#include "media/worker/av.h"

namespace tenure::worker {

struct Memory {
  Blob bytes;
  std::size_t at = 0;
};

class Input {
 public:
  // `demuxer`: "mov", "wav" or "mp3". Throws Error{corrupt}.
  Input(const std::string& demuxer, const std::string& codecs, AVMediaType kind);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  AVStream* stream() const { return stream_; }
  // The next packet of the stream; false at the end.
  bool read(AVPacket* packet);
  // A decoder for the stream, not yet opened.
  CodecPtr make_decoder() const;

 private:
  void open(const std::string& demuxer, const std::string& codecs);
  Memory memory_;
  AVFormatContext* format_ = nullptr;
  AVIOContext* io_ = nullptr;
  AVStream* stream_ = nullptr;
};

}  // namespace tenure::worker
