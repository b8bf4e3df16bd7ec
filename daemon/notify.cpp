#include "daemon/notify.h"

#include <systemd/sd-daemon.h>

namespace tenure::daemon {

void notify_starting(const std::string& status) { sd_notify(0, ("EXTEND_TIMEOUT_USEC=600000000\nSTATUS=" + status).c_str()); }
void notify_ready(const std::string& status) { sd_notify(0, ("READY=1\nSTATUS=" + status).c_str()); }
void notify_status(const std::string& status) { sd_notify(0, ("STATUS=" + status).c_str()); }
void notify_reloading() { sd_notify(0, "RELOADING=1"); }
void notify_stopping() { sd_notify(0, "STOPPING=1\nSTATUS=stopping"); }
void notify_long_work() { sd_notify(0, "WATCHDOG_USEC=1800000000"); }
void notify_watched_again() {
  if (const auto every = watchdog_interval()) sd_notify(0, ("WATCHDOG_USEC=" + std::to_string(every->count() * 2)).c_str());
}
void notify_alive() { sd_notify(0, "WATCHDOG=1"); }

std::optional<Duration> watchdog_interval() {
  std::uint64_t micros = 0;
  if (sd_watchdog_enabled(0, &micros) <= 0 || micros == 0) return std::nullopt;
  return Duration(static_cast<std::int64_t>(micros / 2));
}

}  // namespace tenure::daemon
