// What people are shown of a failure. The technical cause of a defect or of damage is for the log: it may quote a
// statement of the catalogue. What the system said of a file or a disk is what people need to know.
#pragma once
#include "base/error.h"

namespace tenure {

inline Error without_technicalities(const Error& error) {
  const bool technical = error.kind() == ErrorKind::internal || error.kind() == ErrorKind::corrupt;
  return technical ? Error(error.kind(), error.message()) : error;
}

inline std::string told(const std::exception& error) {
  const auto* known = dynamic_cast<const Error*>(&error);
  return known ? without_technicalities(*known).what() : "something unexpected happened; the log says more";
}

}  // namespace tenure
