// Tells systemd that a start which takes long gets on, so that its limit ends only one that hangs: each step puts that
// limit off. A start that was ended while it recovers would begin again for ever. One thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace tenure::daemon {

class StartProgress {
 public:
  // `watched`: ready already, and starting again, so that the watchdog waits too. Tells at most once in `every`, the
  // first step at once.
  explicit StartProgress(bool watched = false, Duration every = Seconds(10)) : watched_(watched), every_(every) {}
  // One more step of what is being done, in plain words.
  void step(const std::string& doing);

 private:
  const bool watched_;
  const Duration every_;
  std::string doing_;
  std::uint64_t steps_ = 0;  // of `doing_`
  std::optional<std::chrono::steady_clock::time_point> told_;
};

}  // namespace tenure::daemon
