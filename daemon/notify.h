// What systemd is told (sd_notify); nothing happens when it is not there. Any thread.
#pragma once
#include <optional>
#include <string>

#include "base/time.h"

namespace tenure::daemon {

// Still starting, and not hanging: the limit on the start is put off.
void notify_starting(const std::string& status);
void notify_ready(const std::string& status);
void notify_status(const std::string& status);
void notify_reloading();
void notify_stopping();
void notify_alive();
// Once ready, starting again: nobody calls notify_alive() for up to half an hour; and the end of that.
void notify_long_work();
void notify_watched_again();
// How often notify_alive() must be called; nothing when no watchdog waits.
std::optional<Duration> watchdog_interval();

}  // namespace tenure::daemon
