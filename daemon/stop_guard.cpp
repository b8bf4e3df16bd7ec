#include "daemon/stop_guard.h"

#include <unistd.h>

#include "base/log.h"
#include "base/worker_thread.h"

namespace tenure::daemon {

using std::chrono::steady_clock;

static Duration since(steady_clock::time_point then) { return std::chrono::duration_cast<Duration>(steady_clock::now() - then); }

StopGuard::StopGuard(Duration limit) : began_(steady_clock::now()), part_began_(began_), thread_([this, limit] { watch(limit); }) {}

StopGuard::~StopGuard() {
  part("end");
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
  }
  over_changed_.notify_all();
  thread_.join();
  log_info("event=stopped took={}", to_text(since(began_)));
}

void StopGuard::part(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  log_debug("event=stop-part part={} took={}", part_, to_text(since(part_began_)));
  part_ = name;
  part_began_ = steady_clock::now();
}

void StopGuard::watch(Duration limit) {
  name_this_thread("stop-guard");
  std::unique_lock lock(mutex_);
  if (over_changed_.wait_for(lock, limit, [this] { return over_; })) return;
  log_error("event=stop-cut-off part={} after={}", part_, to_text(limit));
  ::_exit(kExitStatus);
}

}  // namespace tenure::daemon
