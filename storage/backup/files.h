// Files as backups handle them. Any thread; blocks on the disk.
#pragma once
#include <optional>
#include <set>

#include "base/digest.h"
#include "base/file.h"

namespace tenure::storage {

// Copies files, each whole or not there, and synced; the folders that got one are synced by sync(), once each.
class Copier {
 public:
  std::uint64_t copy(const Path& from, const Path& to);  // its size
  // Nothing when it has gone meanwhile: what is live changes while it is copied.
  std::optional<std::uint64_t> copy_if_there(const Path& from, const Path& to);
  void sync();

 private:
  std::uint64_t copy_open(const File& from, const Path& to);
  std::set<Path> grown_;
};
Digest digest_of(const Path& path);
// Overwrites it first, for the file system may keep the blocks of a removed file.
void overwrite_and_remove(const Path& path);

}  // namespace tenure::storage
