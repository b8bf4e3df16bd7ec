// What a recording is promised when the policy of its class has changed meanwhile (I10). Pure.
#pragma once
#include <optional>
#include <vector>

#include "base/interval.h"
#include "config/settings.h"

namespace tenure::storage {

// One version of a class's policy, and when it came into force.
struct Promise {
  Period period;
  config::Anchor anchor = config::Anchor::capture_end;
  Instant since{};
};

// Of versions, oldest first: the one in force when the recording began (the first, when it is older than all of them), or
// whatever ends earlier among those that came since. A longer one that came later lengthens nothing.
Instant promised_until(const std::vector<Promise>& versions, const Interval& span);

// Whether both end every recording at the same moment, in whatever letters their periods are written: PT24H and P1D, P12M
// and P1Y; not P1M and P30D.
bool same_promise(const Promise& one, const Promise& other);

// Whether `next` ends no recording earlier than `last` does. When that cannot be told for certain: false.
bool never_shorter(const Promise& last, const Promise& next);

// When a recording expires, and until when it is read when its times are doubtful.
struct Ends {
  Instant expires_at;
  std::optional<Instant> readable_until;
  bool operator==(const Ends&) const = default;
};
// The ends of something already kept once `promise` comes into force: the same or earlier.
Ends brought_forward(const Ends& ends, const Interval& span, const Promise& promise);

}  // namespace tenure::storage
