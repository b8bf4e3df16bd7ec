#include "media/audio_check.h"

#include "media/mp3_check.h"
#include "media/wav_check.h"

namespace tenure::media {

std::string to_string(Structure structure) {
  switch (structure) {
    case Structure::complete: return "complete";
    case Structure::open: return "open";
    case Structure::truncated: return "truncated";
    case Structure::undecided: return "undecided";
    case Structure::empty: return "empty";
    case Structure::not_audio: return "not audio";
  }
  return "unknown";
}

AudioFacts check_audio(const ByteSource& source) {
  constexpr std::uint64_t kBareHeader = 44;  // what a telephone system leaves of a call without a recording
  if (source.size <= kBareHeader) {
    AudioFacts facts;
    facts.structure = Structure::empty;
    facts.why = "The file has " + std::to_string(source.size) + " bytes: a header at most, and no recording.";
    return facts;
  }
  return looks_like_wav(source) ? check_wav(source) : check_mp3(source);
}

}  // namespace tenure::media
