// Whether a file has key slots in it: as they are, or as base64 text from its first byte on. Reads hostile bytes:
// bounded. Any thread.
#pragma once
#include "base/file.h"

namespace tenure::storage::attestation {

// Among what a slot is sought. Random bytes have one by chance, in one of 20,000 files of 50 KB.
enum class Among { other, random };

// `bytes`: how large it is; of more than 64 MiB the first so many. Throws Error{io}.
bool holds_slots(const File& file, std::uint64_t bytes, Among among = Among::other);

}  // namespace tenure::storage::attestation
