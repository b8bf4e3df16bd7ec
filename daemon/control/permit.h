// Whether one request may be answered: the right, the reason, the case, and the second person, in this order. What is
// for the door alone (--reason of what shows recordings, --case, --approval) is taken out of the arguments.
#pragma once
#include "daemon/control/args.h"
#include "daemon/rooms.h"

namespace tenure::daemon {

class Permit {
 public:
  // Throws Error{refused} when it is not allowed, Error{usage} when the reason is missing.
  Permit(const Rooms& rooms, Action action, boost::json::object args, const Asker& asker, bool asks_itself);
  const boost::json::object& args() const { return args_; }
  const std::string& reason() const { return reason_; }
  const std::string& case_reference() const { return case_; }
  const std::optional<storage::ApprovalId>& approval() const { return approval_; }
  bool needs_second_person() const { return grant_ == Grant::second_person && !approval_ && !asks_itself_; }
  // Makes the request and answers with it.
  boost::json::value ask(std::string_view verb, std::string subject, const Args& args) const;
  // Uses the approval up, in a transaction of its own. Returns the reason that was approved.
  std::string use(std::string_view verb, const Args& args) const;

 private:
  void take_reason(Action action);
  std::string take_text(const char* name);
  std::optional<storage::ApprovalId> named_approval() const;
  const Rooms& rooms_;
  const Asker& asker_;
  boost::json::object args_;
  bool asks_itself_;  // the verb: `approval` stays among its arguments
  Grant grant_ = Grant::no;
  bool reason_is_new_ = false;  // given with this request, not remembered of the login
  std::string reason_, case_;
  std::optional<storage::ApprovalId> approval_;
};

// The arguments of an act in the form that is approved: names in order, times as instants, long texts by their hash;
// the reason, which the approval carries apart, and passwords and codes left out.
std::string subject_of_args(const boost::json::object& object, const Args& args);

}  // namespace tenure::daemon
