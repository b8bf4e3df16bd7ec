#include "daemon/control/verbs.h"

#include <algorithm>

#include "base/log.h"

namespace tenure::daemon {

static const std::vector<Verb>& table() {
  static const std::vector<Verb> all = [] {
    std::vector<Verb> verbs;
    add_status_verbs(verbs);
    add_recording_verbs(verbs);
    add_hold_verbs(verbs);
    add_export_verbs(verbs);
    add_doctor_verb(verbs);
    add_time_verbs(verbs);
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

boost::json::value run_verb(const Rooms& rooms, const wire::Request& request, const storage::Actor& actor, disclosure::ExportSink* sink) {
  const Verb* verb = find_verb(request.verb);
  if (!verb)
    throw Error(ErrorKind::usage, fmt::format("verb: \"{}\" is unknown; there are: {}", log_safe(request.verb), fmt::join(verb_names(), ", ")));
  if (verb->content && !rooms.sweep().first_done)
    throw Error(ErrorKind::unavailable, "what fell due while tenured was stopped is still being deleted; try again in a moment");
  const Args args(request.args, rooms.settings()->timezone, rooms.clock.now());
  const Call call{rooms, args, actor};
  if (!verb->stream) return verb->answer(call);
  if (!sink) throw Error(ErrorKind::usage, fmt::format("verb: {} sends files and needs somewhere to send them", verb->name));
  return verb->stream(call, *sink);
}

}  // namespace tenure::daemon
