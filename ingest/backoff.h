// How long to wait before trying a camera again. A camera that cannot be reached is tried about every first_retry for
// as long as it takes: an attempt costs next to nothing, and recording must be back within 2 s of the camera. One that
// answers and refuses (password, redirect, nonsense) is left alone for longer and longer, so that it does not lock the
// account. Pure; the caller brings the random number.
#pragma once
#include "base/error.h"
#include "base/time.h"

namespace tenure::ingest {

class Backoff {
 public:
  Backoff(Duration first, Duration longest) : first_(first), longest_(longest), next_(first) {}
  // `random` in [0, 1) spreads the wait by a quarter either way.
  Duration after(ErrorKind kind, double random);
  // The camera has recorded long enough to be trusted again.
  void reset() { next_ = first_; }

 private:
  Duration first_, longest_, next_;
};

}  // namespace tenure::ingest
