// What must be true of what a fault left behind. Every violation is one line that begins with the invariant's name.
#pragma once
#include <string>
#include <vector>

#include "base/file.h"
#include "tests/faults/promises.h"

namespace tenure::faults {

// Looks at the state as it was left, starts the practice on it (which recovers), looks again, and then lets everything
// expire: what was recorded, held and deleted before the fault must have survived all of that. Uses up the folder.
std::vector<std::string> violations_in(const Path& folder, const Promises& promises);

}  // namespace tenure::faults
