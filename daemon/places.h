// Whether the folders the settings name can be used by this process, tried without leaving a trace.
#pragma once
#include <vector>

#include "config/settings.h"

namespace tenure::daemon {

// Nothing can start without it: storage.path.
std::vector<std::string> check_state_folder(const config::Settings& settings);
// One line each, beginning with the setting and its value; empty when all is well. Looked at: storage.path, vault.path.
// A vault that is not mounted yet is no mistake (it is off line), so its parent folders are not tried.
std::vector<std::string> check_places(const config::Settings& settings);

}  // namespace tenure::daemon
