// The harnesses: each puts the practice through many faults below `work` and prints a line for every violation. One thread.
#pragma once
#include <cstdint>

#include "base/file.h"
#include "tests/faults/shim.h"

namespace tenure::faults {

struct Tally {
  std::uint64_t points = 0, violations = 0, operations = 0;
};

// Which of the possible points are taken: every `stride`th from `first` on.
struct Share {
  long first = 1, stride = 1;
};

Tally kill_points(const std::string& scenario, Fault fault, Share share, const Path& work);
// A start after each of some kills of the scenario is itself ended at each of its operations.
Tally recovery_points(const std::string& scenario, Share kills, Share share, const Path& work);
Tally disk_states(const std::string& scenario, std::uint64_t seed, std::uint64_t count, const Path& work);
// How many of the patterns (hex, a line each) stand anywhere in the file; each one found is printed.
Tally search(const Path& image, const Path& patterns);

}  // namespace tenure::faults
