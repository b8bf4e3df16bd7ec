// Life goes on after a fault: the practice records, takes calls, and in the end deletes everything, and nothing that was
// left behind stands in the way or stays.
#pragma once
#include "tests/faults/practice.h"
#include "tests/faults/promises.h"

namespace tenure::faults {

std::vector<std::string> violations_of_aftermath(Shop& shop, const Promises& promises);

}  // namespace tenure::faults
