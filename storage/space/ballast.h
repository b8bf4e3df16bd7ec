// Space and inodes put by on a file system, so that deleting, which itself writes a little, works when all else is full
// (I16). One thread at a time.
#pragma once
#include "base/file.h"

namespace tenure::storage {

class Ballast {
 public:
  static constexpr int kInodes = 32;
  // `folder` is made when it is first held; what a run before left there counts.
  Ballast(Path folder, std::uint64_t bytes) : folder_(std::move(folder)), bytes_(bytes) {}
  // Puts by what is missing; false when there is no room for it now.
  bool hold();
  // Gives it all up. True when there was something.
  bool release();
  bool held() const;

 private:
  Path folder_;
  std::uint64_t bytes_;
};

}  // namespace tenure::storage
