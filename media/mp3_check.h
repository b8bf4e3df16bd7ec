// The structure of MPEG audio layer III files, with or without ID3 tags.
#pragma once
#include "media/audio_check.h"

namespace tenure::media {
AudioFacts check_mp3(const ByteSource& source);
}  // namespace tenure::media
