#include "daemon/watchdog.h"

#include "daemon/notify.h"

namespace tenure::daemon {

void Watchdog::watch() {
  const auto every = watchdog_interval();
  if (!every) return;
  if (is_alive_()) notify_alive();
  timer_.expires_after(*every / 2);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) watch();
  });
}

}  // namespace tenure::daemon
