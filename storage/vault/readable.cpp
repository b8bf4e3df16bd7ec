#include "storage/vault/readable.h"

#include "base/error.h"

namespace tenure::storage {

bool can_be_read(const Path& file) {
  try {
    const File opened(file, File::Mode::read);
    Blob block(1 << 20);
    std::uint64_t at = 0;
    while (const auto got = opened.read_some_at(at, block)) at += got;
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace tenure::storage
