// One daemon per state directory: an flock on <state>/lock for as long as this lives.
#pragma once
#include "base/file.h"

namespace tenure::daemon {

class StateLock {
 public:
  // Makes the directory when missing. Throws Error{refused} naming the process that has it.
  explicit StateLock(const Path& state);

 private:
  File file_;
};

}  // namespace tenure::daemon
