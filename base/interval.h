// A half-open span of time [from, to).
#pragma once
#include "base/time.h"

namespace tenure {

struct Interval {
  Instant from;
  Instant to;
  bool empty() const { return to <= from; }
  Duration length() const { return empty() ? Duration::zero() : to - from; }
  bool contains(Instant at) const { return from <= at && at < to; }
  bool overlaps(const Interval& other) const { return from < other.to && other.from < to; }
  bool operator==(const Interval&) const = default;
};

}  // namespace tenure
