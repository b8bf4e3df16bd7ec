#include "base/worker_thread.h"

#include <pthread.h>

#include <future>

#include "base/log.h"

namespace tenure {

void name_this_thread(const std::string& name) { pthread_setname_np(pthread_self(), name.substr(0, 15).c_str()); }

WorkerThread::WorkerThread(std::string name, std::size_t queue_limit) : name_(std::move(name)), limit_(queue_limit) {
  thread_ = std::thread([this] { loop(); });
}

WorkerThread::~WorkerThread() { stop(); }

bool WorkerThread::post(Task task) {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || tasks_.size() >= limit_) return false;
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

bool WorkerThread::post_blocking(Task task) {
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return stopping_ || tasks_.size() < limit_; });
    if (stopping_) return false;
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void WorkerThread::run(Task task) {
  std::packaged_task<void()> packaged(std::move(task));
  auto done = packaged.get_future();
  if (post_blocking([&packaged] { packaged(); })) done.get();
}

void WorkerThread::set_tick(Duration every, Task task) {
  {
    const std::scoped_lock lock(mutex_);
    every_ = every;
    tick_ = std::move(task);
  }
  changed_.notify_one();
}

void WorkerThread::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  room_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::size_t WorkerThread::queued() const {
  const std::scoped_lock lock(mutex_);
  return tasks_.size();
}

void WorkerThread::run_logged(const Task& task) {
  try {
    task();
  } catch (const std::exception& error) {
    log_error("event=task-failed thread={} cause=\"{}\"", name_, error.what());
  }
}

void WorkerThread::loop() {
  name_this_thread(name_);
  auto next_tick = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (true) {
    const auto ready = [this] { return stopping_ || !tasks_.empty(); };
    if (tick_) {
      changed_.wait_until(lock, next_tick, ready);
    } else {
      changed_.wait(lock, [&] { return ready() || tick_; });
    }
    if (!tasks_.empty()) {
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      room_.notify_one();
      run_logged(task);
      lock.lock();
    }
    const bool last = stopping_ && tasks_.empty();
    if (tick_ && (last || std::chrono::steady_clock::now() >= next_tick)) {
      next_tick = std::chrono::steady_clock::now() + every_;
      const Task tick = tick_;
      lock.unlock();
      run_logged(tick);
      lock.lock();
    }
    if (last) return;
  }
}

}  // namespace tenure
