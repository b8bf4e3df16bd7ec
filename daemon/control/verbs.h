// The verbs: one table, name to handler, pure of transport so that the socket and later /api/v1 answer alike. Handlers
// block on the disk: `answer` runs on a `requests` thread, `stream` on a `jobs` thread.
#pragma once
#include <boost/json/value.hpp>
#include <functional>

#include "daemon/control/args.h"
#include "daemon/rooms.h"
#include "daemon/wire/message.h"
#include "disclosure/export.h"

namespace tenure::daemon {

struct Call {
  const Rooms& rooms;
  const Args& args;
  const storage::Actor& actor;
  const Asker& asker;
  std::string reason = {};                                    // of a verb that shows recordings or takes them out
  std::optional<storage::ApprovalId> approval = {};           // for a verb that uses it up itself
  std::string case_reference = {};                            // named with this request
  bool may(Action action) const { return rooms.access.may(asker, action); }
  // Throws Error{refused} naming the right; where it is granted for a case, one must be named.
  // Refused too where a second person is needed: there is nothing here that could ask for one.
  void need(Action action) const;
  bool may_now(Action action) const;  // whether need() would let it pass
};

struct Verb {
  std::string_view name;
  bool content = false;  // tells of recordings: not answered before what fell due while stopped is gone (I5)
  std::function<boost::json::value(const Call&)> answer;
  std::function<boost::json::value(const Call&, disclosure::ExportSink&)> stream;
  // The right it needs, without which it is not run. Of an action on footage, the one on calls when the arguments name one.
  std::optional<Action> needs = std::nullopt;
  // Where the right is granted with a second person only, run_verb() asks for one, and uses the approval up before the
  // verb is run; a verb of this kind does so itself, in the transaction of its act, by `approval` of the call.
  bool uses_approval = false;
  // Throws when the act could not be done anyhow, before anybody is asked to approve it.
  std::function<void(const Call&)> before_asking = {};
  // What a second person approves, when that is not the arguments as they were typed. JSON without personal detail.
  std::function<std::string(const Call&)> subject = {};
  bool asks_itself = false;  // always needs a second person, and asks and uses the approval up on its own
  bool slow = false;     // works out a password or tries a code: runs on a thread of its own, one at a time
};

// Nullptr when there is none of that name.
const Verb* find_verb(std::string_view name);
std::vector<std::string_view> verb_names();
// What a verb with these arguments needs; nothing when it declares nothing.
std::optional<Action> needed_right(const Verb& verb, const boost::json::object& args);
// The right a request for a second person is about.
std::optional<Action> action_of(const storage::Approval& approval);

// Finds and runs it; `sink` may be null for a verb that streams nothing. Throws Error.
boost::json::value run_verb(const Rooms& rooms, const wire::Request& request, const Asker& asker, disclosure::ExportSink* sink);

// The groups of handlers; each file of this folder adds its own.
void add_status_verbs(std::vector<Verb>& table);
void add_recording_verbs(std::vector<Verb>& table);
void add_ledger_verbs(std::vector<Verb>& table);
void add_hold_verbs(std::vector<Verb>& table);
void add_export_verbs(std::vector<Verb>& table);
void add_access_verbs(std::vector<Verb>& table);
void add_user_verbs(std::vector<Verb>& table);
void add_approval_verbs(std::vector<Verb>& table);
void add_doctor_verb(std::vector<Verb>& table);
void add_time_verbs(std::vector<Verb>& table);
void add_policy_verbs(std::vector<Verb>& table);
void add_attest_verb(std::vector<Verb>& table);
void add_erase_verbs(std::vector<Verb>& table);
void add_key_verbs(std::vector<Verb>& table);
void add_backup_verbs(std::vector<Verb>& table);

// What is known of the time, as status and `time show` tell it.
boost::json::object time_row(const Rooms& rooms);

}  // namespace tenure::daemon
