// A byte of a file becomes another, whatever it was: of a random byte no constant is certain to differ.
#pragma once
#include "base/file.h"

namespace tenure::storage {

inline void flip_byte(const Path& path, std::uint64_t at) {
  File file(path, File::Mode::read_write);
  Blob byte(1);
  file.read_at(at, byte);
  byte[0] ^= 1;
  file.write_at(at, byte);
}

}  // namespace tenure::storage
