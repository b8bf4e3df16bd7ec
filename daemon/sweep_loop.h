// The `sweep` thread: deletes what is due at each expiry and at least every 30 s, so that what expired is gone within
// 65 s (I5), and saves the clock's mark every 5 minutes. A sweep that fails is logged, shown in status, and tried again.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "daemon/rooms.h"

namespace tenure::daemon {

class SweepLoop {
 public:
  struct Hooks {
    std::function<storage::SweepReport()> sweep;
    std::function<void()> save_mark;
    std::function<void()> first_done;  // called once, on the sweep thread
  };
  SweepLoop(const Clock& clock, Hooks hooks);
  ~SweepLoop();  // stop()
  void start();
  void stop();   // waits for a sweep that is under way
  SweepStatus status() const;

 private:
  void loop();
  Duration sweep_once();  // how long until the next
  void save_mark_if_due();
  const Clock& clock_;
  Hooks hooks_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  SweepStatus status_;
  Duration mark_saved_{};
  std::thread thread_;
};

// Room is made even when the sweep could not be done: a full disk may be why.
storage::SweepReport sweep_and_relieve(storage::Storage& storage);

// Pure: how long to wait when the next expiry is `next` and the trusted time's early end is `lo`.
Duration until_next_sweep(const std::optional<Instant>& next, Instant lo);

}  // namespace tenure::daemon
