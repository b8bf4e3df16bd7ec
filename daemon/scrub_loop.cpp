#include "daemon/scrub_loop.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/worker_thread.h"

namespace tenure::daemon {

namespace {
constexpr int kLowest = 19;
constexpr int kWhoProcess = 1, kIdleClass = 3, kClassShift = 13;  // of ioprio_set(2), which has no header

// Where it is not allowed the thread is only slow by its own pace.
void step_back() {
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kLowest));
  static_cast<void>(::syscall(SYS_ioprio_set, kWhoProcess, 0, kIdleClass << kClassShift));
}
}  // namespace

ScrubLoop::~ScrubLoop() { stop(); }

void ScrubLoop::start() {
  const std::scoped_lock lock(mutex_);
  if (stopping_ || thread_.joinable()) return;
  thread_ = std::thread([this] { loop(); });
}

void ScrubLoop::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ScrubLoop::loop() {
  name_this_thread("scrub");
  step_back();
  while (true) {
    const Duration wait = storage_.scrub().step();
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, wait, [this] { return stopping_; })) return;
  }
}

}  // namespace tenure::daemon
