// What the practice does while something goes wrong. Each step is tried as the daemon would try it: a failure is noted and
// the next step follows. Only what was acknowledged is promised.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "tests/faults/practice.h"

namespace tenure::faults {

// What all scenarios but the first are done to: recordings of two cameras, calls, and holds on some of them.
void furnish(const Path& folder);
// Years later, with every hold released.
void delete_everything(const Path& folder);
// Those that faults are put into.
std::vector<std::string> scenario_names();
// On the state in `folder`; throws Error when it cannot even be opened.
void run_scenario(const std::string& name, const Path& folder);

}  // namespace tenure::faults
