// How much of a long test is run: under sanitizers a part of it; the whole in `test_counts`, the same tests built optimised
// and without them (tests/faults/CMakeLists.txt).
#pragma once

namespace tenure::tests {

#ifdef TENURE_FULL_COUNTS
inline constexpr bool kFullCounts = true;
#else
inline constexpr bool kFullCounts = false;
#endif

}  // namespace tenure::tests
