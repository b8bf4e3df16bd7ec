// Is this WAV or MP3 file whole? Our own bounded look at its structure; nothing is decoded (libav opens truncated and
// growing files without an error). Pure over anything readable at an offset; bytes may be hostile.
#pragma once
#include "base/time.h"
#include "media/movie.h"

namespace tenure::media {

enum class Structure {
  complete,
  open,         // being written: the header says size 0 or "unknown"
  truncated,    // the header promises more than there is
  undecided,    // MP3 without a Xing or Info header: only quiet time or a sidecar can tell
  empty,        // 44 bytes or fewer: the telephone system's "no recording"
  not_audio,
};
std::string to_string(Structure structure);

struct AudioFacts {
  Structure structure = Structure::not_audio;
  std::string container;       // "wav", "mp3"
  std::string codec;           // "pcm_s16le", "pcm_alaw", "pcm_mulaw", "gsm_ms", "mp3", ...
  std::uint32_t rate = 0, channels = 0;
  Duration duration{};         // by the header; zero when unknown
  std::string why;             // a sentence for people when not complete
};

AudioFacts check_audio(const ByteSource& source);

}  // namespace tenure::media
