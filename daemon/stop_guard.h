// Bounds the clean stop: when it is not over after `limit`, says which part hangs and ends the process at once. Nothing
// acknowledged is lost by that: the stop is then a crash, and every start recovers from one.
#pragma once
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "base/time.h"

namespace tenure::daemon {

class StopGuard {
 public:
  static constexpr int kExitStatus = 3;
  explicit StopGuard(Duration limit);
  ~StopGuard();  // the stop is over
  // Names the part that follows and logs how long the one before took.
  void part(const std::string& name);

 private:
  void watch(Duration limit);
  std::mutex mutex_;
  std::condition_variable over_changed_;
  bool over_ = false;
  std::string part_ = "beginning";
  std::chrono::steady_clock::time_point began_, part_began_;
  std::thread thread_;
};

}  // namespace tenure::daemon
