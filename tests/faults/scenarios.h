// What the practice does while something goes wrong. Each step is tried as the daemon would try it: a failure is noted and
// the next step follows. Only what was acknowledged is promised.
#pragma once
#include <string>
#include <vector>

#include "tests/faults/practice.h"

namespace tenure::faults {

bool begins_empty(const std::string& scenario);
// What the other scenarios are done to: recordings of two cameras, calls, holds on some of them; backups, where wanted.
void furnish(const std::string& scenario, const Path& folder);
// Years later, with every hold released.
void delete_everything(const Path& folder);
// Those that faults are put into.
std::vector<std::string> scenario_names();
// On the state in `folder`; throws Error when it cannot even be opened.
void run_scenario(const std::string& name, const Path& folder);

}  // namespace tenure::faults
