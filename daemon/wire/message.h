// What the frames carry, as JSON: a request {verb, args, session}, and an error {kind, message, field, cause}. Pure; the request
// comes from outside (fuzzed).
#pragma once
#include <boost/json/object.hpp>

#include "base/error.h"

namespace tenure::wire {

struct Request {
  std::string verb;  // "hold add"
  boost::json::object args;
  std::string session = {};  // the token of a login; empty without
};

// Throws Error{usage} saying what is wrong with it.
Request parse_request(std::string_view text);
std::string to_text(const Request& request);

// `field` is the part of a usage or not-found error's message that names what is wrong, when it begins with one:
// "review: …".
std::string field_of(const Error& error);
std::string to_text(const Error& error);
// The other way, in the client; a text that is no error becomes Error{internal}.
Error parse_error(std::string_view text);

}  // namespace tenure::wire
