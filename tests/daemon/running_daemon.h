// A real `tenured` on settings of its own in a temporary folder, and raw access to its socket.
#pragma once
#include <sys/types.h>

#include <array>
#include <cstring>

#include <string>
#include <vector>

#include "base/file.h"
#include "base/time.h"

namespace tenure::daemon {

class RunningDaemon {
 public:
  RunningDaemon();   // returns when it answers; throws otherwise
  ~RunningDaemon();  // kills it if it still runs, removes the folder
  const Path& folder() const { return folder_; }
  Path config() const { return folder_ / "tenure.toml"; }
  Path socket() const { return folder_ / "s"; }
  pid_t pid() const { return pid_; }
  // Its exit status after a signal; throws when it takes longer than `limit`.
  int stop_with(int signal, Duration limit);
  // A connected socket.
  File connect() const;

 private:
  Path folder_;
  pid_t pid_ = 0;
};

struct Outcome {
  int status = -1;
  std::string out;  // stdout and stderr
};
// Runs a program with arguments and waits for it.
Outcome run_program(const std::vector<std::string>& command);

}  // namespace tenure::daemon
