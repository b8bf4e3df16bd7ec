// What a changed settings file means for a running daemon.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "config/settings.h"

namespace tenure::daemon {

// The settings that differ and take effect only after a restart, by name; cameras are applied at once, and a policy is
// never applied (I10), so neither is listed.
std::vector<std::string> needs_restart(const config::Settings& running, const config::Settings& wanted);
// `running` with what is taken over at once.
config::Settings without_restart(const config::Settings& running, const config::Settings& wanted);

struct ReloadPart {
  std::string_view name;
  std::function<void()> adopt;
};
// Each for itself: one that fails is logged by name and keeps none of the others back (I14). Returns those that failed.
std::vector<std::string> adopt_each(const std::vector<ReloadPart>& parts);

}  // namespace tenure::daemon
