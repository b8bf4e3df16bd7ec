// What a call's start may be at all. An absurdly early one would let a call expire the moment it came.
#pragma once
#include <algorithm>

#include "base/trusted_time.h"

namespace tenure::ingest {

inline constexpr Instant kEarliestCall = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);
inline constexpr Duration kClocksDiffer = std::chrono::minutes(5);  // a telephone system's clock may run ahead of ours by this much
inline constexpr Duration kClockSlack = std::chrono::hours(24);     // by more than this its sidecar waits to be corrected

// One in the future would keep the call for too long. While time is in doubt it may be later than is known, by a day at most.
inline bool is_believed(Instant start, const TrustedTime& time) {
  return start <= std::min(time.hi + kClocksDiffer, time.lo + kClockSlack);
}

}  // namespace tenure::ingest
