#include "daemon/access/password.h"

#include <argon2.h>

#include <array>
#include <mutex>

#include "base/entropy.h"
#include "base/error.h"

namespace tenure::daemon {

namespace {
constexpr std::uint32_t kPasses = 3, kMemoryKiB = 64 * 1024, kLanes = 1;
constexpr std::size_t kSaltSize = 16, kHashSize = 32;

std::mutex& one_at_a_time() {
  static std::mutex mutex;
  return mutex;
}

// What an unknown name is measured against.
const std::string& nobodys_hash() {
  static const std::string encoded = hash_password("nobody's password");
  return encoded;
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorKind::usage, "password: " + why); }
}  // namespace

void check_new_password(std::string_view password, std::string_view name) {
  if (characters(password) < kShortestPassword)
    refuse("is shorter than 12 characters: three or four unrelated words are easy to remember.");
  if (password.size() > kLongestPassword) refuse("is longer than 256 bytes.");
  for (const char c : password)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) refuse("holds a control character.");
  if (password.find_first_not_of(password.front()) == std::string_view::npos) refuse("is one character over and over.");
  if (!name.empty() && password.find(name) != std::string_view::npos) refuse("holds the login name.");
}

std::string hash_password(std::string_view password) {
  std::array<std::uint8_t, kSaltSize> salt{};
  fill_random(salt);
  std::string encoded(argon2_encodedlen(kPasses, kMemoryKiB, kLanes, kSaltSize, kHashSize, Argon2_id), '\0');
  const std::scoped_lock lock(one_at_a_time());
  const int result = argon2id_hash_encoded(kPasses, kMemoryKiB, kLanes, password.data(), password.size(), salt.data(),
                                           salt.size(), kHashSize, encoded.data(), encoded.size());
  if (result != ARGON2_OK)
    throw Error(ErrorKind::unavailable, "The password could not be worked out; try again in a moment.",
                argon2_error_message(result));
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool is_password(std::string_view password, const std::string& encoded) {
  const std::string& against = encoded.empty() ? nobodys_hash() : encoded;
  const bool bounded = password.size() <= kLongestPassword;
  const std::scoped_lock lock(one_at_a_time());
  // Compares in constant time.
  const int result = argon2id_verify(against.c_str(), bounded ? password.data() : "", bounded ? password.size() : 0);
  if (result == ARGON2_MEMORY_ALLOCATION_ERROR)
    throw Error(ErrorKind::unavailable, "The password could not be checked; try again in a moment.",
                argon2_error_message(result));
  return result == ARGON2_OK && bounded && !encoded.empty();
}

}  // namespace tenure::daemon
