// A few worker threads of one purpose; a task goes to the one with the shortest queue. Any thread.
#pragma once
#include <memory>
#include <vector>

#include "base/worker_thread.h"

namespace tenure::daemon {

class WorkerPool {
 public:
  // Threads are called `name`-1, `name`-2, ...
  WorkerPool(const std::string& name, std::size_t threads, std::size_t queue_limit);
  // False when all queues are full or the pool is stopping.
  [[nodiscard]] bool post(WorkerThread::Task task);
  void stop();

 private:
  std::vector<std::unique_ptr<WorkerThread>> threads_;
};

}  // namespace tenure::daemon
