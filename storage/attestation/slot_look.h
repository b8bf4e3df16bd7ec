// Whether a file has key slots in it: as they are, or as base64 text from its first byte on. Reads hostile bytes:
// bounded. Any thread.
#pragma once
#include "base/file.h"

namespace tenure::storage::attestation {

// `bytes`: how large it is; of more than 64 MiB the first so many. Throws Error{io}.
bool holds_slots(const File& file, std::uint64_t bytes);

}  // namespace tenure::storage::attestation
