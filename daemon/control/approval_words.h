// A request for a second person in the words of whoever decides about it: what would happen, to how much, since when
// and until when. What the approval is bound to is its subject, not these words. What was read of a request when it was
// asked, and then when it was decided, is kept, and shown when the request counts no more: what it speaks of may have
// changed or be gone by then. One thread; blocks on the disk.
#pragma once
#include <boost/json/object.hpp>

#include "daemon/rooms.h"

namespace tenure::daemon {

// What a reader of such words may be told of.
struct Sight {
  bool holds = false, calls = false, footage = false;
};

struct RequestWords {
  std::string what;    // would happen, in a sentence or two
  std::string amount;  // "12 recordings (3 of them calls; 1.2 GB)"; empty where it is not known, not told, or of none
};

class ApprovalWords {
 public:
  // For `asker`: tells nothing of holds and calls beyond the asker's rights.
  ApprovalWords(const Rooms& rooms, const Asker& asker) : rooms_(rooms), asker_(asker) {}
  // `counted`: with how many recordings that is at this moment, where the request itself does not say so; only of
  // requests that still count. Not counted, for lists: how many it was when that was last read, and when that was.
  RequestWords words(const storage::Approval& approval, bool counted);
  // The row of rows.h with `what` and `amount`, and with `asked_by_name` and `decided_by_name`: "Anna Smith (anna)".
  boost::json::object row(const storage::Approval& approval, bool counted = true);
  // Of a request that was just made: keeps its words.
  boost::json::object row_of_new(const storage::Approval& asked);
  // What anybody can read of an open request at this moment, by what they may see, as keep() takes it.
  std::string as_read_now(const storage::Approval& approval);
  void keep(const storage::ApprovalId& id, const std::string& as_read);

 private:
  const Sight& sight();
  std::optional<RequestWords> kept_words(const storage::ApprovalId& id);
  RequestWords as_things_are(const storage::Approval& approval, bool counted, const Sight& sight);
  std::string sentence_of(const storage::Approval& approval, const boost::json::object& subject) const;
  const storage::Hold* find_hold(const HoldId& id);
  RequestWords hold_release(const std::string& id, bool counted, const Sight& sight);
  RequestWords kept_by(const HoldId& id, const Sight& sight);
  std::optional<storage::PolicyRow> policy_in_force(const std::string& cls) const;
  RequestWords export_of(const std::string& act, const boost::json::object& subject, bool counted,
                         const Sight& sight) const;
  std::string call_of(const std::string& id, const Sight& sight) const;
  std::string amount_of_footage(const boost::json::object& subject) const;
  std::string detail_of(const std::string& entry) const;
  std::string name_of(const std::string& login) const;
  bool may_find_calls() const;
  const Rooms& rooms_;
  const Asker& asker_;
  std::optional<Sight> sight_;                       // the asker's
  std::optional<std::vector<storage::Hold>> holds_;  // read once, when first asked for
  std::optional<storage::HoldReceipt> receipt_;      // of the hold spoken of last
};

}  // namespace tenure::daemon
