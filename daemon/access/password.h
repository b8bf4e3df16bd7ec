// Passwords as argon2id: slow and large on purpose, one at a time in the whole process, so that memory stays bounded.
// Any thread; takes about 0.2 s and 64 MiB, so never from an io thread. Nothing here keeps or logs a password.
#pragma once
#include <string>
#include <string_view>

namespace tenure::daemon {

inline constexpr std::size_t kShortestPassword = 12;  // characters
inline constexpr std::size_t kLongestPassword = 256;  // bytes

// Throws Error{usage} when it is too short, too long, holds a control character, is among what is guessed first, or
// holds the login name or a word of the person's name.
void check_new_password(std::string_view password, std::string_view name, std::string_view display);
// argon2id in its encoded form, with a fresh salt. Throws Error{unavailable} when memory is short.
std::string hash_password(std::string_view password);
// An `encoded` that is empty or none takes as long and answers no.
bool is_password(std::string_view password, const std::string& encoded);

}  // namespace tenure::daemon
