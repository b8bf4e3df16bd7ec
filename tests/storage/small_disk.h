// A practice on a small file system of its own (needs root: false where it cannot be made), or one that is told how
// little of its disk is left to it.
#pragma once
#include "storage/space/pressure.h"
#include "tests/storage/practice.h"
#include "tests/support/space.h"

namespace tenure::storage {

inline bool put_on_small_disk(Practice& practice, const char* options) {
  practice.parts.reset();
  if (!tests::mount_small_disk(practice.folder.path, options)) return false;
  practice.restart();
  return true;
}

// Behind the last that has a file open there.
inline void take_off_small_disk(Practice& practice) {
  practice.parts.reset();
  tests::unmount_small_disk(practice.folder.path);
}

// On a disk that is large, whatever this machine has, and of which no other test takes or gives back anything:
// forecasts hold what is free to what was free a moment before. Where that cannot be made, on the one that all share.
struct PracticeOnItsDisk : Practice {
  explicit PracticeOnItsDisk(Instant start)
      : Practice(start), alone(put_on_small_disk(*this, "size=64g,nr_inodes=8000000")) {
    if (!alone) restart();
  }
  ~PracticeOnItsDisk() {
    if (alone) take_off_small_disk(*this);
  }
  PracticeOnItsDisk(const PracticeOnItsDisk&) = delete;
  PracticeOnItsDisk& operator=(const PracticeOnItsDisk&) = delete;
  const bool alone;
};

inline Pressure pressure_on(Practice& practice, const Pressure::Options& options) {
  auto& parts = *practice.parts;
  return {options, parts.catalogue, practice.clock, parts.vaults, parts.eraser, practice.folder.path};
}

// What must not be free is said to be reserved.
inline Pressure pressure_with_room(Practice& practice, std::uint64_t room, Pressure::Cameras cameras) {
  Pressure::Options options;
  options.least_free = practice.parts->vaults.free_bytes("main") - room;
  options.cameras = std::move(cameras);
  return pressure_on(practice, options);
}

}  // namespace tenure::storage
