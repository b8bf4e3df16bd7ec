// The decisions about keeping and reading, as pure functions: no clock, no disk, no catalogue.
#pragma once
#include "base/clock.h"
#include "base/period.h"
#include "config/settings.h"
#include "storage/types.h"

namespace tenure::storage {

// End of capture + period, or start of capture + period.
Instant expiry_of(const Period& period, config::Anchor anchor, const Interval& span);

enum class Cause { sweep, erasure, pressure };

struct HoldView {           // how holds stand to one segment
  bool active = false;      // an active hold covers it
  bool releasing = false;   // only holds released less than 24 h ago cover it
};

// I6: nothing goes early; held never goes. Uses time.lo.
bool may_delete(const SegmentRow& row, const HoldView& holds, Cause cause, const TrustedTime& time);

enum class Purpose { view, export_copy, verify };
// I4: what has expired is unreadable at once, except what a hold keeps. Uses time.hi. Why not, when not.
struct ReadVerdict {
  bool allowed = false;
  std::string why;
};
ReadVerdict may_read(const SegmentRow& row, const HoldView& holds, const Actor& actor, Purpose purpose, const TrustedTime& time);

// When reading ends, if nothing holds it: what was stamped on the line that is still doubtful has an age that was counted
// exactly, so that line's own end is asked (I12).
bool may_have_expired(const SegmentRow& row, const TrustedTime& time);

// Of candidate rows, those to condemn now, oldest expiry first, at most `limit`.
std::vector<SegmentRow> plan_erasure(const std::vector<std::pair<SegmentRow, HoldView>>& view, const TrustedTime& time, std::size_t limit);

}  // namespace tenure::storage
