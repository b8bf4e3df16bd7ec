#include "daemon/start_progress.h"

#include <fmt/format.h>

#include "daemon/notify.h"

namespace tenure::daemon {

void StartProgress::step(const std::string& doing) {
  if (doing != doing_) {
    doing_ = doing;
    steps_ = 0;
  }
  ++steps_;
  const auto now = std::chrono::steady_clock::now();
  if (told_ && now - *told_ < every_) return;
  told_ = now;
  notify_starting(fmt::format("starting: {} ({})", doing_, steps_));
  if (watched_) notify_alive();
}

}  // namespace tenure::daemon
