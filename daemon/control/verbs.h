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
};

struct Verb {
  std::string_view name;
  bool content = false;  // tells of recordings: not answered before what fell due while stopped is gone (I5)
  std::function<boost::json::value(const Call&)> answer;
  std::function<boost::json::value(const Call&, disclosure::ExportSink&)> stream;
};

// Nullptr when there is none of that name.
const Verb* find_verb(std::string_view name);
std::vector<std::string_view> verb_names();

// Finds and runs it; `sink` may be null for a verb that streams nothing. Throws Error.
boost::json::value run_verb(const Rooms& rooms, const wire::Request& request, const storage::Actor& actor, disclosure::ExportSink* sink);

// The groups of handlers; each file of this folder adds its own.
void add_status_verbs(std::vector<Verb>& table);
void add_recording_verbs(std::vector<Verb>& table);
void add_hold_verbs(std::vector<Verb>& table);
void add_export_verbs(std::vector<Verb>& table);
void add_doctor_verb(std::vector<Verb>& table);
void add_time_verbs(std::vector<Verb>& table);

// What is known of the time, as status and `time show` tell it.
boost::json::object time_row(const Rooms& rooms);

}  // namespace tenure::daemon
