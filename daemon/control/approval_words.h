// A request for a second person in the words of whoever decides about it: what would happen, to how much, since when
// and until when. What the approval is bound to is its subject, not these words. One thread; blocks on the disk.
#pragma once
#include <boost/json/object.hpp>

#include "daemon/rooms.h"

namespace tenure::daemon {

class ApprovalWords {
 public:
  // For `asker`: tells nothing of holds and calls beyond the asker's rights.
  ApprovalWords(const Rooms& rooms, const Asker& asker) : rooms_(rooms), asker_(asker) {}
  // What would happen, in a sentence or two. `counted`: also how many recordings that is at this moment, where the
  // request itself does not say so; only of requests that still count.
  std::string what(const storage::Approval& approval, bool counted);
  // The row of rows.h with `what`, and with `asked_by_name` and `decided_by_name`: "Anna Smith (anna)".
  boost::json::object row(const storage::Approval& approval, bool counted = true);

 private:
  const storage::Hold* find_hold(const HoldId& id);
  std::string hold_release(const std::string& id, bool counted);
  std::string kept_by(const storage::HoldReceipt& receipt) const;
  std::string policy_change(const boost::json::object& subject, bool open) const;
  std::string export_of(const std::string& act, const boost::json::object& subject, bool counted) const;
  std::string call_of(const std::string& id) const;
  std::string footage_of(const boost::json::object& subject, bool counted) const;
  std::string detail_of(const std::string& entry) const;
  std::string name_of(const std::string& login) const;
  bool may_find_calls() const;
  const Rooms& rooms_;
  const Asker& asker_;
  std::optional<std::vector<storage::Hold>> holds_;  // read once, when first asked for
};

}  // namespace tenure::daemon
