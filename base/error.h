// The one error type. Thrown for what a caller did not arrange for; parsers of untrusted input return problem lists
// instead. `kind` is mapped once to an exit code, an HTTP status and a log level (daemon/).
#pragma once
#include <exception>
#include <string>

namespace tenure {

enum class ErrorKind {
  usage,        // the request cannot be understood: names the field and the value
  refused,      // understood, and not allowed: says why and what would be
  not_found,    // the thing named does not exist
  unavailable,  // cannot be done now; trying again may help
  corrupt,      // stored or received bytes are not what they must be
  io,           // the system refused a file or socket operation
  internal,     // a defect of this program
};

std::string to_string(ErrorKind kind);

class Error : public std::exception {
 public:
  // `message` is one sentence for a person: what happened and what to do. It never holds a password, a phone number or
  // a name. `cause` is the technical reason, if there is one.
  Error(ErrorKind kind, std::string message, std::string cause = {});
  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::string& cause() const { return cause_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  ErrorKind kind_;
  std::string message_, cause_, text_;
};

// An `io` error with the text of the current errno as its cause.
Error io_error(std::string message);

}  // namespace tenure
