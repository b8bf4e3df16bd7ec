#include "storage/calls/call_details.h"

#include <boost/json.hpp>

#include "base/error.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
constexpr auto kPurpose = "tenure call details";

Key details_key(const Key& recording_key) { return hkdf_sha256(recording_key, {}, kPurpose); }

json::array parties_json(const std::vector<Party>& parties) {
  json::array list;
  for (const auto& party : parties)
    list.push_back({{"role", party.role}, {"number", party.number}, {"e164", party.e164}, {"name", party.name},
                    {"extension", party.extension}, {"channel", party.channel}});
  return list;
}

json::array pauses_json(const std::vector<Pause>& pauses) {
  json::array list;
  for (const auto& pause : pauses)
    list.push_back({{"from_ms", pause.from_ms}, {"to_ms", pause.to_ms}, {"kind", pause.kind}, {"reason", pause.reason}});
  return list;
}

json::value maybe(const std::optional<Instant>& at) { return at ? json::value(micros_of(*at)) : json::value(nullptr); }

std::string text_of(const json::value& value) { return std::string(value.as_string()); }
std::int64_t number_of(const json::value& value) { return value.to_number<std::int64_t>(); }
std::optional<Instant> maybe_instant(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  return instant_from_micros(number_of(value));
}

CallDetails read_details(const json::object& object) {
  CallDetails details;
  details.source = text_of(object.at("source"));
  details.native_id = text_of(object.at("native_id"));
  details.group_id = text_of(object.at("group_id"));
  details.direction = parse_direction(text_of(object.at("direction"))).value_or(Direction::unknown);
  details.start = instant_from_micros(number_of(object.at("start")));
  details.answered = maybe_instant(object.at("answered"));
  details.ended = maybe_instant(object.at("ended"));
  details.duration = Duration(number_of(object.at("duration")));
  details.time_quality = text_of(object.at("time_quality"));
  details.original_name = text_of(object.at("original_name"));
  details.container = text_of(object.at("container"));
  details.codec = text_of(object.at("codec"));
  details.rate = object.at("rate").to_number<std::uint32_t>();
  details.channels = object.at("channels").to_number<std::uint32_t>();
  details.sidecar = text_of(object.at("sidecar"));
  details.needs_details = object.at("needs_details").as_bool();
  for (const auto& party : object.at("parties").as_array())
    details.parties.push_back({text_of(party.at("role")), text_of(party.at("number")), text_of(party.at("e164")),
                               text_of(party.at("name")), text_of(party.at("extension")), text_of(party.at("channel"))});
  for (const auto& pause : object.at("pauses").as_array())
    details.pauses.push_back({number_of(pause.at("from_ms")), number_of(pause.at("to_ms")), text_of(pause.at("kind")),
                              text_of(pause.at("reason"))});
  return details;
}
}  // namespace

std::string to_json_text(const CallDetails& details) {
  return json::serialize(json::object{
      {"schema", "tenure-call-details-1"}, {"source", details.source}, {"native_id", details.native_id},
      {"group_id", details.group_id}, {"direction", to_string(details.direction)}, {"start", micros_of(details.start)},
      {"answered", maybe(details.answered)}, {"ended", maybe(details.ended)}, {"duration", details.duration.count()},
      {"parties", parties_json(details.parties)}, {"pauses", pauses_json(details.pauses)},
      {"time_quality", details.time_quality}, {"original_name", details.original_name}, {"container", details.container},
      {"codec", details.codec}, {"rate", details.rate}, {"channels", details.channels}, {"sidecar", details.sidecar},
      {"needs_details", details.needs_details}});
}

CallDetails call_details_from_json(std::string_view text) {
  try {
    return read_details(json::parse(text).as_object());
  } catch (const std::exception& error) {  // Boost.JSON's own types, or a member that is missing
    throw Error(ErrorKind::corrupt, "The details of a call cannot be read.", error.what());
  }
}

Blob seal_call_details(const Key& recording_key, const CallDetails& details) {
  return seal_message(details_key(recording_key), kPurpose, as_view(to_json_text(details)));
}

std::optional<CallDetails> open_call_details(const Key& recording_key, View sealed) {
  const auto plain = open_message(details_key(recording_key), kPurpose, sealed);
  if (!plain) return std::nullopt;
  return call_details_from_json(as_text(*plain));
}

}  // namespace tenure::storage
