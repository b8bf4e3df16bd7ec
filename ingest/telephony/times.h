// What a call's start may be at all. An absurdly early one would let a call expire the moment it came.
#pragma once
#include "base/time.h"

namespace tenure::ingest {

inline constexpr Instant kEarliestCall = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);
inline constexpr Duration kClockSlack = std::chrono::hours(24);  // a telephone system may run ahead of us by this much

}  // namespace tenure::ingest
