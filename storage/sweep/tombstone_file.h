// What keeps a deleted call from being imported again when the catalogue is lost (I15): the HMACs of its content,
// native id and file name, in a file beside the catalogue that only grows. Synced before the tombstones commit. A
// record of 64 bytes: token (32), segment (16), time (8), kind (1), and the first 7 bytes of the SHA-256 of those. One
// thread at a time.
#pragma once
#include <vector>

#include "base/digest.h"
#include "base/file.h"
#include "base/id.h"

namespace tenure::storage {

struct TombstoneToken {
  Digest token{};
  SegmentId segment;
  Instant at;
  int kind = 0;  // as tombstone_token.kind: content, native id, file name
};

inline constexpr std::size_t kTombstoneRecord = 64;
Path tombstone_file(const Path& state);
// Durable when it returns. Throws Error{io}.
void append_tombstones(const Path& file, const std::vector<TombstoneToken>& tokens);
// Records that a crash tore or a disk damaged are left out; `damaged` counts them. Nothing when there is no file.
std::vector<TombstoneToken> read_tombstones(const Path& file, std::uint64_t* damaged = nullptr);

}  // namespace tenure::storage
