// Passwords that are guessed first. Pure.
#pragma once
#include <string>
#include <string_view>

namespace tenure::daemon {

// In small letters; bytes beyond ASCII as they are.
std::string lower_case(std::string_view text);
// Whether nothing is left of it but one or two common words, rows of the keyboard and single characters over and over,
// once it is read as people disguise words: in small letters, @013$5 as aoless, digits and punctuation around it off.
bool is_guessed_first(std::string_view password);

}  // namespace tenure::daemon
