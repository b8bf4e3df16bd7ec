// The structure of RIFF/WAVE and RF64 files.
#pragma once
#include "media/audio_check.h"

namespace tenure::media {
bool looks_like_wav(const ByteSource& source);
AudioFacts check_wav(const ByteSource& source);
}  // namespace tenure::media
