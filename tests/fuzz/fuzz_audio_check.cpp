#include "media/audio_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tenure;
  media::check_audio(media::source_of(View(data, size)));  // hostile files are answered, never thrown about
  return 0;
}
