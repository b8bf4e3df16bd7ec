#include "daemon/io_thread.h"

#include <boost/asio/post.hpp>

#include "base/log.h"
#include "base/worker_thread.h"

namespace tenure::daemon {

IoThread::IoThread(const std::string& name) : guard_(io_.get_executor()), thread_([this, name] { loop(name); }) {}

IoThread::~IoThread() { finish(Duration::zero()); }

bool IoThread::check_alive() {
  const bool alive = answered_ == asked_;
  const auto number = ++asked_;
  boost::asio::post(io_, [this, number] { answered_ = number; });
  return alive;
}

bool IoThread::finish(Duration patience) {
  guard_.reset();
  bool ended = false;
  {
    std::unique_lock lock(mutex_);
    ended = changed_.wait_for(lock, patience, [this] { return ended_; });
  }
  if (!ended) io_.stop();
  if (thread_.joinable()) thread_.join();
  return ended;
}

void IoThread::loop(const std::string& name) {
  name_this_thread(name);
  while (true) {
    try {
      io_.run();
      break;
    } catch (const std::exception& error) {  // a camera's own loop catches its failures; this keeps the others going
      log_error("event=io-thread-failure thread={} cause=\"{}\"", name, error.what());
    }
  }
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace tenure::daemon
