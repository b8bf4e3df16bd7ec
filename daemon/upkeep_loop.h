// The `upkeep` thread: what is done once a night, at the lowest priority: the promise report, pruning the ledger's acts
// that are over six years old, and the backup of the data if the settings name its folder. What fails is logged and tried again an hour later. Nothing before the first sweep
// is done.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "daemon/rooms.h"

namespace tenure::daemon {

class UpkeepLoop {
 public:
  explicit UpkeepLoop(const Rooms& rooms) : rooms_(rooms) {}
  ~UpkeepLoop();  // stop()
  void start();
  void stop();  // waits for what is under way, which `stopping` of the rooms cuts short

 private:
  void loop();
  bool attempt(const std::function<void()>& part);
  void report();
  void back_up();
  const Rooms& rooms_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

// Six years before, to the day; from 29 February to the 28th.
Instant ledger_horizon(Instant now);

}  // namespace tenure::daemon
