// How long a client may be waited for while it is sent something: at no time longer than `patience`, and in all no longer
// than that and what kSlowest allows for the bytes it has taken, so that one that takes a little now and then does not
// hold a connection, or one of the few threads that export, for as long as it likes. What is worked out in between is not
// the client's time. Pure; one thread.
#pragma once
#include <algorithm>

#include "base/time.h"

namespace tenure::daemon {

class Pace {
 public:
  static constexpr std::uint64_t kSlowest = 32 << 10;  // bytes a second: a folder behind a slow line takes more
  explicit Pace(Duration patience) : patience_(patience) {}
  // How much longer now; zero or less: it is too slow.
  Duration left() const { return std::min<Duration>(patience_, patience_ + Seconds(taken_ / kSlowest) - waited_); }
  void waited(Duration time) { waited_ += time; }
  void took(std::uint64_t bytes) { taken_ += bytes; }

 private:
  Duration patience_, waited_{};
  std::uint64_t taken_ = 0;
};

}  // namespace tenure::daemon
