#include "daemon/control/verbs.h"

#include <algorithm>

#include <boost/json/parse.hpp>

#include "base/log.h"
#include "daemon/control/permit.h"

namespace tenure::daemon {

static const std::vector<Verb>& table() {
  static const std::vector<Verb> all = [] {
    std::vector<Verb> verbs;
    add_status_verbs(verbs);
    add_recording_verbs(verbs);
    add_hold_verbs(verbs);
    add_ledger_verbs(verbs);
    add_export_verbs(verbs);
    add_access_verbs(verbs);
    add_user_verbs(verbs);
    add_approval_verbs(verbs);
    add_doctor_verb(verbs);
    add_time_verbs(verbs);
    add_policy_verbs(verbs);
    add_attest_verb(verbs);
    add_erase_verbs(verbs);
    add_key_verbs(verbs);
    add_backup_verbs(verbs);
    return verbs;
  }();
  return all;
}

const Verb* find_verb(std::string_view name) {
  const auto found = std::find_if(table().begin(), table().end(), [&](const Verb& verb) { return verb.name == name; });
  return found == table().end() ? nullptr : &*found;
}

std::vector<std::string_view> verb_names() {
  std::vector<std::string_view> names;
  for (const auto& verb : table()) names.push_back(verb.name);
  return names;
}

std::optional<Action> needed_right(const Verb& verb, const boost::json::object& args) {
  if (!verb.needs) return std::nullopt;
  return args.contains("call") ? on_calls(*verb.needs) : *verb.needs;
}

std::optional<Action> action_of(const storage::Approval& approval) {
  const Verb* verb = find_verb(approval.act);
  const auto subject = boost::json::parse(approval.subject);
  return verb && subject.is_object() ? needed_right(*verb, subject.get_object()) : std::nullopt;
}

void Call::need(Action action) const {
  if (rooms.access.check(asker, action, case_reference) == Grant::second_person)
    throw Error(ErrorKind::refused, fmt::format("the right {} with a second person is not enough for this", config::to_string(action)));
}

bool Call::may_now(Action action) const {
  try {
    need(action);
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::refused) throw;
    return false;
  }
}

boost::json::value run_verb(const Rooms& rooms, const wire::Request& request, const Asker& asker, disclosure::ExportSink* sink) {
  const Verb* verb = find_verb(request.verb);
  if (!verb)
    throw Error(ErrorKind::usage, fmt::format("verb: \"{}\" is unknown; there are: {}", log_safe(request.verb), fmt::join(verb_names(), ", ")));
  const auto needs = needed_right(*verb, request.args);
  if (!needs) throw Error(ErrorKind::internal, fmt::format("the verb {} does not say which right it needs", verb->name));
  Permit permit(rooms, *needs, request.args, asker, verb->asks_itself);
  if (verb->content && !rooms.sweep().first_done)
    throw Error(ErrorKind::unavailable, "what fell due while tenured was stopped is still being deleted; try again in a moment");
  if (const auto why = verb->content ? rooms.storage.ledger().rolled_back() : std::nullopt)
    throw Error(ErrorKind::refused, "the catalogue is older than the ledger's files: " + *why +
                                        "; restore the newer one, or let an administrator run tenure ledger accept-rollback");
  if (verb->stream && !sink) throw Error(ErrorKind::usage, fmt::format("verb: {} sends files and needs somewhere to send them", verb->name));
  const Args args(permit.args(), rooms.settings()->timezone, rooms.clock.now());
  Call call{rooms, args, asker.actor, asker, permit.reason(), permit.approval(), permit.case_reference()};
  if (permit.needs_second_person()) {
    if (verb->before_asking) verb->before_asking(call);
    return permit.ask(verb->name, verb->subject ? verb->subject(call) : subject_of_args(permit.args(), args), args);
  }
  if (call.approval && !verb->uses_approval) {
    const auto approved = permit.use(verb->name, args);
    if (!call.reason.empty()) call.reason = approved;  // not what the login remembers by now
  }
  return verb->stream ? verb->stream(call, *sink) : verb->answer(call);
}

}  // namespace tenure::daemon
