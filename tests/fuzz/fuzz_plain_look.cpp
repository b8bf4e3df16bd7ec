// What anybody may have left in Tenure's folders, looked at by its first bytes.
#include <cstdlib>

#include "storage/attestation/plain_look.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tenure;
  using storage::attestation::is_plain_recording;
  const bool plain = is_plain_recording({data, size});
  // A copy of its own: the answer hangs on nothing that lies behind the bytes.
  Blob copy(data, data + size);
  copy.reserve(size + 16);
  if (is_plain_recording(copy) != plain) std::abort();
  if (plain && size < 3) std::abort();  // so little is the beginning of anything
  return 0;
}
