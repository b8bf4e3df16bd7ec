// A child process with descriptors given by number, an empty environment and no other descriptor of ours.
#pragma once
#include <sys/types.h>

#include <utility>
#include <vector>

#include "base/file.h"

namespace tenure::disclosure {

class Child {
 public:
  // `descriptors`: which of ours becomes which of the child's; its standard ones are /dev/null.
  Child(const Path& program, const std::vector<std::pair<int, int>>& descriptors);
  ~Child();  // kills and reaps what still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  void kill();
  // The status of waitpid().
  int wait();

 private:
  pid_t pid_ = -1;
};

}  // namespace tenure::disclosure
