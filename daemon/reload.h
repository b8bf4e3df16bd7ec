// What a changed settings file means for a running daemon. Pure.
#pragma once
#include <string>
#include <vector>

#include "config/settings.h"

namespace tenure::daemon {

// The settings that differ and take effect only after a restart, by name; cameras are applied at once, and a policy is
// never applied (I10), so neither is listed.
std::vector<std::string> needs_restart(const config::Settings& running, const config::Settings& wanted);

}  // namespace tenure::daemon
