#include "daemon/access/password.h"

#include <argon2.h>

#include <array>
#include <mutex>
#include <vector>

#include "base/entropy.h"
#include "base/error.h"
#include "daemon/access/common_passwords.h"

namespace tenure::daemon {

namespace {
constexpr std::uint32_t kPasses = 3, kMemoryKiB = 64 * 1024, kLanes = 1;
constexpr std::size_t kSaltSize = 16, kHashSize = 32;
constexpr std::size_t kShortestName = 3, kShortestWord = 4;  // shorter ones stand in too many good passwords

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

// Those long enough to say something.
std::vector<std::string> words_of(const std::string& text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; };
  std::vector<std::string> words(1);
  for (const char c : text)
    if (is_letter(c)) words.back() += c;
    else if (!words.back().empty()) words.emplace_back();
  std::erase_if(words, [](const std::string& word) { return characters(word) < kShortestWord; });
  return words;
}

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorKind::usage, "password: " + why); }
}  // namespace

void check_new_password(std::string_view password, std::string_view name, std::string_view display) {
  if (characters(password) < kShortestPassword)
    refuse("is shorter than 12 characters: three or four unrelated words are easy to remember.");
  if (password.size() > kLongestPassword) refuse("is longer than 256 bytes.");
  for (const char c : password)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) refuse("holds a control character.");
  if (is_guessed_first(password))
    refuse("is among the first that are guessed: three or four unrelated words are easy to remember.");
  const auto lower = lower_case(password);
  if (name.size() >= kShortestName && lower.find(lower_case(name)) != std::string::npos) refuse("holds the login name.");
  for (const auto& word : words_of(lower_case(display)))
    if (lower.find(word) != std::string::npos) refuse("holds a word of the person's name.");
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
