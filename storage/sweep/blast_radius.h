// Invariant I11: a sweep takes what fell due since the last complete one, and no more than time explains. Pure.
#pragma once
#include <optional>
#include <string>

#include "base/period.h"

namespace tenure::storage {

// What a sweep would take of one class in one vault.
struct DueView {
  std::uint64_t due = 0;         // expired, and nothing keeps it
  std::uint64_t left_over = 0;   // of these: due at the last complete sweep already, and nothing explains why it stayed
  std::uint64_t live = 0;        // what the class holds there; only looked at from kFewest due
  std::uint64_t held = 0;        // expired and kept by a hold
  std::optional<Instant> mark;   // up to when the last complete sweep went; none: there was none
};

inline constexpr std::uint64_t kSmallClass = 1000;  // below it no share is asked about
inline constexpr double kUsualShare = 0.05;
inline constexpr std::uint64_t kFewest = 50;        // fewer can be no 5 % of a class that is asked about

// Why the sweep must not go on by itself; empty when it may. `ran`: by a clock that never steps, since the last complete
// sweep of this process; none when this is its first, so that only the mark tells how long nothing was deleted.
std::string objection(const DueView& view, const Period& period, Instant lo, std::optional<Duration> ran);

}  // namespace tenure::storage
