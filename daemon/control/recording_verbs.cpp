// sources, segments, gaps, calls find.
#include "base/log.h"
#include "daemon/control/rows.h"
#include "daemon/control/search_note.h"
#include "daemon/control/verbs.h"
#include "storage/retention.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
constexpr std::uint64_t kMostRows = 100'000;

// A mistyped source must not look like an empty one.
void check_source(const Call& call, const std::optional<std::string>& name) {
  if (!name) return;
  std::vector<std::string> known;
  for (const auto& source : call.rooms.storage.catalogue().sources()) {
    if (source.name == *name) return;
    known.push_back(source.name);
  }
  throw Error(ErrorKind::not_found, fmt::format("source: there is none of that name; there are: {}", fmt::join(known, ", ")));
}

json::value sources(const Call& call) {
  call.args.only({});
  return rows(call.rooms.storage.catalogue().sources());
}

// Of what lies there until the next sweep takes it, or until it is known what time it is: nobody reads it any more (I4).
const char* ended(const storage::SegmentRow& segment, const TrustedTime& time) {
  const bool can_end = segment.state == storage::State::live || segment.state == storage::State::lost;
  if (!can_end || segment.held || !storage::may_have_expired(segment, time)) return "";
  return segment.expires_at <= time.lo ? "expired" : "may have expired";
}

json::value segments(const Call& call) {
  call.args.only({"source", "from", "to", "limit"});
  storage::SegmentQuery query;
  query.source = call.args.text("source");
  check_source(call, query.source);
  query.span = call.args.maybe_span();
  query.limit = call.args.number("limit", query.limit, kMostRows, /*least=*/1);
  json::array shown;
  const auto time = call.rooms.clock.trusted();
  for (const auto& segment : call.rooms.storage.catalogue().segments(query)) {
    auto one = row(segment);
    one["ended"] = ended(segment, time);
    shown.push_back(std::move(one));
  }
  return shown;
}

json::value gaps(const Call& call) {
  call.args.only({"source", "from", "to"});
  const auto source = call.args.text("source");
  check_source(call, source);
  const Instant now = call.rooms.clock.now();
  const auto span = call.args.maybe_span().value_or(Interval{now - std::chrono::hours(24), now});
  return rows(call.rooms.storage.catalogue().gaps(source, span));
}

json::value calls_find(const Call& call) {
  call.args.only({"number", "last_digits", "extension", "from", "to", "limit"});
  storage::CallQuery query;
  query.number = call.args.text("number", 64);
  query.last_digits = call.args.text("last_digits", 64);
  query.extension = call.args.text("extension", 64);
  query.span = call.args.maybe_span();
  query.limit = call.args.number("limit", query.limit, kMostRows, /*least=*/1);
  if (!query.number && !query.last_digits && !query.extension && !query.span)
    throw Error(ErrorKind::usage, "number: say which calls: --number, --last-digits, --extension, or --from and --to");
  auto found = rows(call.rooms.storage.calls().find(query, call.actor));
  std::vector<std::string> by;
  for (const auto* name : {"number", "last_digits", "extension", "from", "to"})
    if (call.args.has(name)) by.emplace_back(name);
  note_search(call, "calls-find", by, found.size());
  return found;
}
}  // namespace

void add_recording_verbs(std::vector<Verb>& table) {
  table.push_back({"sources", false, sources, {}, Action::health});
  table.push_back({"segments", true, segments, {}, Action::find_footage});
  table.push_back({"gaps", false, gaps, {}, Action::health});
  table.push_back({"calls find", true, calls_find, {}, Action::find_calls});
}

}  // namespace tenure::daemon
