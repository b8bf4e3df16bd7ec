#include "daemon/wire/message.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tenure::wire {
namespace json = boost::json;

static json::value parse_bounded(std::string_view text, boost::system::error_code& error) {
  json::parse_options options;
  options.max_depth = 16;
  return json::parse(text, error, {}, options);
}

Request parse_request(std::string_view text) {
  boost::system::error_code error;
  json::value value = parse_bounded(text, error);
  if (error) throw Error(ErrorKind::usage, "the request is not JSON", error.message());
  const auto* object = value.if_object();
  if (!object) throw Error(ErrorKind::usage, "the request is not a JSON object {\"verb\": …, \"args\": {…}}");
  for (const auto& [key, unused] : *object)
    if (key != "verb" && key != "args" && key != "session")
      throw Error(ErrorKind::usage, "the request has an unknown member; it holds verb, args and session");
  const auto* verb = object->if_contains("verb");
  if (!verb || !verb->is_string() || verb->get_string().size() > 64)
    throw Error(ErrorKind::usage, "verb: must be a string of at most 64 characters");
  Request request{std::string(verb->get_string()), {}};
  if (const auto* args = object->if_contains("args")) {
    if (!args->is_object()) throw Error(ErrorKind::usage, "args: must be an object");
    request.args = args->get_object();
  }
  if (const auto* session = object->if_contains("session")) {
    if (!session->is_string() || session->get_string().size() > 128) throw Error(ErrorKind::usage, "session: must be a string of at most 128 characters");
    request.session = std::string(session->get_string());
  }
  return request;
}

std::string to_text(const Request& request) {
  json::object object{{"verb", request.verb}, {"args", request.args}};
  if (!request.session.empty()) object["session"] = request.session;
  return json::serialize(object);
}

std::string field_of(const Error& error) {
  const auto& message = error.message();
  const auto colon = message.find(": ");
  const bool names_one = error.kind() == ErrorKind::usage || error.kind() == ErrorKind::not_found;
  if (!names_one || colon == std::string::npos || colon == 0 || colon > 100) return {};
  const auto field = message.substr(0, colon);
  const auto odd = field.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.-[]");
  return odd == std::string::npos ? field : std::string();
}

std::string to_text(const Error& error) {
  json::object object{{"kind", to_string(error.kind())}, {"message", error.message()}};
  if (const auto field = field_of(error); !field.empty()) object["field"] = field;
  if (!error.cause().empty()) object["cause"] = error.cause();
  return json::serialize(object);
}

static ErrorKind kind_named(std::string_view name) {
  for (const auto kind : {ErrorKind::usage, ErrorKind::refused, ErrorKind::not_found, ErrorKind::unavailable, ErrorKind::corrupt, ErrorKind::io})
    if (to_string(kind) == name) return kind;
  return ErrorKind::internal;
}

Error parse_error(std::string_view text) {
  boost::system::error_code error;
  const json::value value = parse_bounded(text, error);
  const auto member = [&](const char* name) -> std::string {
    const auto* object = error ? nullptr : value.if_object();
    const auto* found = object ? object->if_contains(name) : nullptr;
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
  };
  const std::string message = member("message");
  if (message.empty()) return Error(ErrorKind::internal, "the daemon sent an error that cannot be read");
  return Error(kind_named(member("kind")), message, member("cause"));
}

}  // namespace tenure::wire
