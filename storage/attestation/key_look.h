// The key slot files, both copies, read as they lie on the disk each time. One thread at a time.
#pragma once
#include <functional>

#include "base/file.h"

namespace tenure::storage::attestation {

// free: never used, or beyond the files. live: both copies hold a key. half: one copy does. erased: neither does, and
// at least one carries the marker or is damaged.
enum class KeyState { free, live, half, erased };

class KeyLook {
 public:
  explicit KeyLook(const Path& folder);
  KeyState at(std::uint64_t slot) const;
  // Every slot that is not free.
  void each(const std::function<void(std::uint64_t slot, KeyState state)>& look) const;
  std::uint64_t slots() const;

 private:
  File a_, b_;
};

}  // namespace tenure::storage::attestation
