// What tests of space share: a small file system of their own, which nothing else fills, and footage that is rows only.
#pragma once
#include <sched.h>
#include <sys/mount.h>

#include "storage/catalogue/catalogue.h"

namespace tenure::tests {

// Needs root: false where it cannot be made.
inline bool mount_small_disk(const Path& folder, const char* options) {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", folder.c_str(), "tmpfs", 0, options) == 0;
}

inline void unmount_small_disk(const Path& folder) { ::umount2(folder.c_str(), MNT_DETACH); }

// As large as the test says, and without a file.
inline storage::SegmentRow commit_row(storage::Catalogue& catalogue, const std::string& camera, Interval span,
                                      std::uint64_t bytes, const std::string& vault = "main") {
  storage::SegmentRow row;
  row.id = SegmentId::make(span.from);
  row.source = camera;
  row.cls = "cctv";
  row.span = span;
  row.bytes = bytes;
  row.vault = vault;
  catalogue.commit_segment(row);
  return row;
}

}  // namespace tenure::tests
