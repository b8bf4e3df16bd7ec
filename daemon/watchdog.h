// The sign of life that systemd waits for. Given for others too: whoever hangs gets the daemon restarted. On one thread,
// that of the io_context, until it stops.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>

namespace tenure::daemon {

class Watchdog {
 public:
  Watchdog(boost::asio::io_context& io, std::function<bool()> is_alive) : is_alive_(std::move(is_alive)), timer_(io) {}
  void watch();  // does nothing when nobody waits

 private:
  std::function<bool()> is_alive_;
  boost::asio::steady_timer timer_;
};

}  // namespace tenure::daemon
