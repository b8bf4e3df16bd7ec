// The `scrub` thread: the walk and the scrub of what lies in the vaults, at the lowest priority for processor and disk,
// once the first sweep is done (storage/recovery/scrub.h).
#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage/storage.h"

namespace tenure::daemon {

class ScrubLoop {
 public:
  explicit ScrubLoop(storage::Storage& storage) : storage_(storage) {}
  ~ScrubLoop();  // stop()
  void start();  // once
  void stop();   // waits for the segment that is being read

 private:
  void loop();
  storage::Storage& storage_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tenure::daemon
