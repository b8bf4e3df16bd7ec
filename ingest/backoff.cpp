#include "ingest/backoff.h"

#include <algorithm>

namespace tenure::ingest {

namespace {
bool is_absence(ErrorKind kind) {
  return kind == ErrorKind::unavailable || kind == ErrorKind::io || kind == ErrorKind::not_found;
}
}  // namespace

Duration Backoff::after(ErrorKind kind, double random) {
  const Duration wait = is_absence(kind) ? first_ : next_;
  if (!is_absence(kind)) next_ = std::min(longest_, next_ * 2);
  const double spread = 0.75 + 0.5 * random;
  return Duration(static_cast<std::int64_t>(static_cast<double>(wait.count()) * spread));
}

}  // namespace tenure::ingest
