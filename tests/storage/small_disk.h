// A practice on a small file system of its own, which nothing else fills. Needs root: false where it cannot be made.
#pragma once
#include <sched.h>
#include <sys/mount.h>

#include "tests/storage/practice.h"

namespace tenure::storage {

inline bool put_on_small_disk(Practice& practice, const char* options) {
  practice.parts.reset();
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", practice.folder.path.c_str(), "tmpfs", 0, options) != 0)
    return false;
  practice.restart();
  return true;
}

// Behind the last that has a file open there.
inline void take_off_small_disk(Practice& practice) {
  practice.parts.reset();
  ::umount2(practice.folder.path.c_str(), MNT_DETACH);
}

}  // namespace tenure::storage
