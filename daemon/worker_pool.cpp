#include "daemon/worker_pool.h"

#include <fmt/format.h>

#include <algorithm>

namespace tenure::daemon {

WorkerPool::WorkerPool(const std::string& name, std::size_t threads, std::size_t queue_limit) {
  for (std::size_t i = 1; i <= threads; ++i) threads_.push_back(std::make_unique<WorkerThread>(fmt::format("{}-{}", name, i), queue_limit));
}

bool WorkerPool::post(WorkerThread::Task task) {
  std::vector<std::pair<std::size_t, WorkerThread*>> by_load;
  for (const auto& thread : threads_) by_load.emplace_back(thread->queued(), thread.get());
  std::sort(by_load.begin(), by_load.end());
  for (const auto& [load, thread] : by_load)
    if (thread->post(task)) return true;
  return false;
}

void WorkerPool::stop() {
  for (const auto& thread : threads_) thread->stop();
}

}  // namespace tenure::daemon
