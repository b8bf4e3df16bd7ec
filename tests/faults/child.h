// A piece of work in a process of its own, which something may end at any moment; what it wrote to standard output survives.
#pragma once
#include <functional>
#include <string>

namespace tenure::faults {

struct ChildResult {
  std::string output;
  int status = 0;    // exit status; 128 + signal when a signal ended it
};
// `work` runs after a fork: the caller must have no threads. One that takes over a minute is ended by SIGALRM.
ChildResult in_child(const std::function<int()>& work);

}  // namespace tenure::faults
