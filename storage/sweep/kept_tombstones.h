// The catalogue's knowledge of deleted calls and the file beside it: a restore brings the one and not the other.
#pragma once
#include "base/file.h"
#include "storage/catalogue/catalogue.h"

namespace tenure::storage {

// Appends what the catalogue knows and the file lacks; how many records. Durable when it returns; cut off, it is done
// by the next call. Blocks on the disk. Throws Error{io}.
std::uint64_t complete_tombstones(Catalogue& catalogue, const Path& file);
// The same where the file is too short to have all; else nothing is read of it. For each start. Does not throw: the
// deletions stand without it.
void complete_tombstones_if_short(Catalogue& catalogue, const Path& file);

}  // namespace tenure::storage
