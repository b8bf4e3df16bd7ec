// One named thread with a bounded queue of tasks, for work that blocks. Tasks run in order. post() never blocks: it
// answers false when the queue is full or stopping, and the caller decides (back-pressure). A task that throws is logged
// and the thread goes on.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/time.h"

namespace tenure {

class WorkerThread {
 public:
  using Task = std::function<void()>;
  // `name`: at most 15 characters, seen in top and in the thread map of docs/design/architecture.md.
  WorkerThread(std::string name, std::size_t queue_limit);
  ~WorkerThread();  // stop()
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  [[nodiscard]] bool post(Task task);
  // Waits for room instead of refusing; for callers that may block. False only when stopping.
  bool post_blocking(Task task);
  // Runs a task on the thread and waits for it; rethrows what it throws.
  void run(Task task);
  // `task` runs about every `every` between other tasks, until the stop. Set once, before the first post().
  void set_tick(Duration every, Task task);
  // Finishes what is queued, runs the tick once more, joins. Idempotent.
  void stop();
  std::size_t queued() const;

 private:
  void loop();
  void run_logged(const Task& task);
  const std::string name_;
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_, room_;
  std::deque<Task> tasks_;
  Task tick_;
  std::chrono::steady_clock::duration every_{};
  bool stopping_ = false;
  std::thread thread_;
};

// Names the calling thread for top and debuggers.
void name_this_thread(const std::string& name);

}  // namespace tenure
