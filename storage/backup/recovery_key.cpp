#include "storage/backup/recovery_key.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "base/entropy.h"
#include "base/error.h"

namespace tenure::storage {

namespace {
using KeyHandle = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
constexpr std::string_view kMark = "TENURE-RECOVERY", kBareMark = "TENURERECOVERY";
constexpr std::size_t kCheckBytes = 2;

void must(bool ok) {
  if (!ok) throw Error(ErrorKind::internal, "OpenSSL refused an operation with the recovery key.");
}

KeyHandle private_key(const Key& secret) {
  KeyHandle handle(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, secret.data(), secret.size()), EVP_PKEY_free);
  must(handle != nullptr);
  return handle;
}

Blob check_of(const Key& secret) {
  const auto digest = sha256(secret);
  return {digest.begin(), digest.begin() + kCheckBytes};
}
}  // namespace

Key make_recovery_secret() {
  Key secret;
  fill_random(secret);
  return secret;
}

Key recovery_public(const Key& secret) {
  Key out;
  std::size_t length = out.size();
  must(EVP_PKEY_get_raw_public_key(private_key(secret).get(), out.data(), &length) == 1 && length == out.size());
  return out;
}

Key agree(const Key& secret, const Key& other_public) {
  const auto own = private_key(secret);
  const KeyHandle other(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, other_public.data(), other_public.size()), EVP_PKEY_free);
  const Context context(EVP_PKEY_CTX_new(own.get(), nullptr), EVP_PKEY_CTX_free);
  must(other != nullptr && context != nullptr && EVP_PKEY_derive_init(context.get()) == 1);
  Key out;
  std::size_t length = out.size();
  if (EVP_PKEY_derive_set_peer(context.get(), other.get()) != 1 || EVP_PKEY_derive(context.get(), out.data(), &length) != 1 || length != out.size())
    throw Error(ErrorKind::refused, "This is no recovery key.");
  return out;
}

std::string recovery_text(const Key& secret) {
  const auto digits = to_hex(secret) + to_hex(check_of(secret));
  std::string text(kMark);
  for (std::size_t i = 0; i < digits.size(); i += 4) text += (i == 0 ? " " : "-") + digits.substr(i, 4);
  return text;
}

namespace {
std::optional<Key> parse_digits(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (std::string_view(" -\t\r\n").find(c) == std::string_view::npos) digits.push_back(c);
  if (digits.starts_with(kBareMark)) digits.erase(0, kBareMark.size());
  const auto bytes = from_hex(digits);
  Key secret;
  if (!bytes || bytes->size() != secret.size() + kCheckBytes) return std::nullopt;
  std::copy_n(bytes->begin(), secret.size(), secret.begin());
  if (!std::ranges::equal(std::span(*bytes).subspan(secret.size()), check_of(secret))) return std::nullopt;
  return secret;
}
}  // namespace

// As it was shown, in any letters and groups, or all that was on the screen when it was shown.
std::optional<Key> parse_recovery_text(std::string_view text) {
  constexpr std::size_t kLongest = 4096;
  if (text.size() > kLongest) return std::nullopt;
  std::string all(text);
  std::ranges::transform(all, all.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  if (auto secret = parse_digits(all)) return secret;
  const auto mark = all.find(kMark);
  if (mark == std::string::npos) return std::nullopt;
  return parse_digits(std::string_view(all).substr(mark, all.find('\n', mark) - mark));
}

std::string recovery_fingerprint(const Key& public_key) { return to_hex(sha256(public_key)).substr(0, 16); }

}  // namespace tenure::storage
