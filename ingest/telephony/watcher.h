// Hints from inotify about a folder and its subfolders. Only hints: lost or missing ones cost time until the next rescan,
// never a recording. wait() on one thread, the rest on any.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/synchronized.h"
#include "base/time.h"

namespace tenure::ingest {

class Watcher {
 public:
  explicit Watcher(Path root);
  // Watches one folder below the root, "" for itself; a failure is no matter.
  void add(const std::string& folder);
  struct Hints {
    std::vector<std::string> paths;  // relative
    bool rescan = false;             // events were lost, or folders came or went
  };
  // Waits for hints, at most `longest`; wake() ends the wait.
  Hints wait(Duration longest);
  void wake();

 private:
  void read_events(Hints& hints);
  Path root_;
  File inotify_, waker_;
  Synchronized<std::map<int, std::string>> folders_;  // by watch descriptor
};

}  // namespace tenure::ingest
