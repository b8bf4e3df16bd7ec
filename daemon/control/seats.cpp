#include "daemon/control/seats.h"

namespace tenure::daemon {

Seats seat(const std::vector<Seat>& taken, uid_t comer) {
  const bool root = comer == 0;
  std::size_t own = 0;
  std::optional<std::size_t> idle, idle_own;  // the longest
  const auto keep_longest = [&](std::optional<std::size_t>& best, std::size_t i) {
    if (!best || *taken[i].idle_since < *taken[*best].idle_since) best = i;
  };
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const bool same = taken[i].uid == comer;
    own += same;
    if (!taken[i].idle_since || (taken[i].uid == 0 && !root)) continue;
    keep_longest(idle, i);
    if (same) keep_longest(idle_own, i);
  }
  if (!root && own >= Seats::kMostOfOneUser) return {idle_own.has_value(), idle_own};
  if (taken.size() < Seats::kMost - (root ? 0 : Seats::kKeptForRoot)) return {true, {}};
  return {idle.has_value(), idle};
}

}  // namespace tenure::daemon
