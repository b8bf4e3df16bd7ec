// Who may still come in at the control socket, so that nobody shuts out the others by connections held open. Pure.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <vector>

namespace tenure::daemon {

struct Seat {
  uid_t uid = 0;
  std::optional<std::chrono::steady_clock::time_point> idle_since;  // nothing while a request is under way
};

struct Seats {
  static constexpr std::size_t kMost = 32, kMostOfOneUser = 8, kKeptForRoot = 4;
  bool room = false;
  std::optional<std::size_t> gives_way;  // the place in `taken` that is hung up on for it
};

// Of one Unix user but root no more than some; of all but root no more than leaves root its own. Beyond that whoever
// has been idle longest gives way; where all are busy there is no room.
Seats seat(const std::vector<Seat>& taken, uid_t comer);

}  // namespace tenure::daemon
