#include "base/error.h"

#include <cerrno>
#include <system_error>

namespace tenure {

std::string to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage: return "usage";
    case ErrorKind::refused: return "refused";
    case ErrorKind::not_found: return "not_found";
    case ErrorKind::unavailable: return "unavailable";
    case ErrorKind::corrupt: return "corrupt";
    case ErrorKind::io: return "io";
    case ErrorKind::internal: return "internal";
  }
  return "internal";
}

Error::Error(ErrorKind kind, std::string message, std::string cause)
    : kind_(kind), message_(std::move(message)), cause_(std::move(cause)) {
  text_ = cause_.empty() ? message_ : message_ + " (" + cause_ + ")";
}

Error io_error(std::string message) {
  const std::error_code code(errno, std::generic_category());
  return {ErrorKind::io, std::move(message), code.message()};
}

}  // namespace tenure
