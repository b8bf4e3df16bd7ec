#include "storage/retention.h"

#include <algorithm>

namespace tenure::storage {

Instant expiry_of(const Period& period, config::Anchor anchor, const Interval& span) {
  return add(anchor == config::Anchor::capture_start ? span.from : span.to, period);
}

bool may_delete(const SegmentRow& row, const HoldView& holds, Cause cause, const TrustedTime& time) {
  if (holds.active || holds.releasing) return false;
  if (row.state != State::live && row.state != State::lost) return false;
  if (cause == Cause::pressure) return row.kind == Kind::camera;  // calls are never lost to make room (I16)
  if (cause == Cause::erasure) return true;  // the eraser takes nothing by it that no order on record names
  return row.expires_at <= time.lo;
}

bool may_have_expired(const SegmentRow& row, const TrustedTime& time) {
  const bool on_this_line = row.line && row.line == time.line;
  return row.readable_until.value_or(row.expires_at) <= (on_this_line ? time.lo : time.hi);
}

ReadVerdict may_read(const SegmentRow& row, const HoldView& holds, const Actor& actor, Purpose, const TrustedTime& time) {
  if (actor.name.empty()) return {false, "nobody is named as the reader"};
  if (row.state == State::condemned) return {false, "it is being deleted"};
  if (row.state == State::lost) return {false, "its file is missing from the vault"};
  if (!may_have_expired(row, time) || holds.active) return {true, {}};
  const auto until = to_rfc3339(row.readable_until.value_or(row.expires_at));
  const bool certain = row.expires_at <= time.lo;
  const auto ended = certain ? "its retention period ended at " + until
                             : "its retention period may have ended at " + until + ": trusted time is in doubt (tenure time show)";
  if (!holds.releasing) return {false, ended};
  if (!actor.is_hold_manager())
    return {false, ended + " and its hold was released: until it goes only the practice manager or the data protection officer may see it"};
  return {true, {}};
}

std::vector<SegmentRow> plan_erasure(const std::vector<std::pair<SegmentRow, HoldView>>& view, const TrustedTime& time,
                                     std::size_t limit) {
  std::vector<SegmentRow> plan;
  for (const auto& [row, holds] : view)
    if (may_delete(row, holds, Cause::sweep, time)) plan.push_back(row);
  std::stable_sort(plan.begin(), plan.end(), [](const auto& a, const auto& b) { return a.expires_at < b.expires_at; });
  if (plan.size() > limit) plan.resize(limit);
  return plan;
}

}  // namespace tenure::storage
