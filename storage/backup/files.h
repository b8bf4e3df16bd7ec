// Files as backups handle them. Any thread; blocks on the disk.
#pragma once
#include "base/digest.h"
#include "base/file.h"

namespace tenure::storage {

// Whole or not there, synced; its folder is not. Returns its size.
std::uint64_t copy_whole(const Path& from, const Path& to);
Digest digest_of(const Path& path);
// Overwrites it first, for the file system may keep the blocks of a removed file.
void overwrite_and_remove(const Path& path);

}  // namespace tenure::storage
