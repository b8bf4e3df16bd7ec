#include "base/error.h"
#include "media/movie.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tenure;
  const media::ByteSource source = media::source_of(View(data, size));
  try {
    media::Movie movie = media::read_movie(source);
    const media::JoinedFile file = media::join({&movie});
    media::write_joined(file, {source}, [](View) {});
    media::keep_between(movie, 1.0, 2.0);
  } catch (const Error&) {
  }
  return 0;
}
