// How people are named to people: "Anna Smith (anna)"; the login alone where nobody has it now or it is all there is.
// The attestation has its own words for it, for it shares nothing with what it looks at. Pure.
#pragma once
#include <string>

namespace tenure::storage {

inline std::string full_name(const std::string& display, const std::string& login) {
  return display.empty() || display == login ? login : display + " (" + login + ")";
}

}  // namespace tenure::storage
