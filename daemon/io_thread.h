// One io_context with its own single thread: what cameras live on. Any thread may call.
#pragma once
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "base/time.h"

namespace tenure::daemon {

class IoThread {
 public:
  explicit IoThread(const std::string& name);
  ~IoThread();  // finish(none)
  boost::asio::io_context& io() { return io_; }
  // Asks the thread for a sign of life; true when it gave the one asked for last.
  bool check_alive();
  // Waits until its work has run out, at most `patience`; then stops it. False when it had to be stopped.
  bool finish(Duration patience);

 private:
  void loop(const std::string& name);
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::atomic<std::uint64_t> asked_{0}, answered_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace tenure::daemon
