#include "base/entropy.h"

#include <openssl/rand.h>

#include "base/error.h"

namespace tenure {

void fill_random(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1)
    throw Error(ErrorKind::internal, "The system's random generator failed.");
}

}  // namespace tenure
