#include "daemon/access/totp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/entropy.h"
#include "base/error.h"

namespace tenure::daemon {

namespace {
constexpr std::int64_t kStepSeconds = 30, kTolerance = 1;
constexpr std::size_t kDigits = 6, kRecoveryCharacters = 16, kRecoveryGroup = 4;
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

std::string url_safe(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}
}  // namespace

Blob new_totp_secret() {
  Blob secret(kTotpSecretSize);
  fill_random(secret);
  return secret;
}

std::int64_t totp_step(Instant at) { return micros_of(at) / (kStepSeconds * 1'000'000); }

std::string totp_code(View secret, std::int64_t step) {
  ByteWriter counter;
  counter.u64(static_cast<std::uint64_t>(step));
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  if (HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.blob().data(), counter.size(),
           mac.data(), &length) == nullptr ||
      length < 20)
    throw Error(ErrorKind::internal, "OpenSSL refused an HMAC.");
  const std::size_t offset = mac.at(length - 1) & 0x0fu;
  const std::uint32_t number = (mac.at(offset) & 0x7fu) << 24 | std::uint32_t{mac.at(offset + 1)} << 16 |
                               std::uint32_t{mac.at(offset + 2)} << 8 | mac.at(offset + 3);
  return fmt::format("{:06}", number % 1'000'000);
}

std::optional<std::int64_t> match_totp(View secret, std::string_view code, Instant now, std::int64_t used) {
  std::optional<std::int64_t> found;
  if (code.size() != kDigits) return found;
  const auto middle = totp_step(now);
  for (auto step = middle - kTolerance; step <= middle + kTolerance; ++step) {
    const auto expected = totp_code(secret, step);
    const bool same = CRYPTO_memcmp(expected.data(), code.data(), kDigits) == 0;
    if (same && step > used) found = step;
  }
  return found;
}

std::string to_base32(View bytes) {
  std::string out;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const auto byte : bytes) {
    buffer = (buffer << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) out += kBase32[(buffer >> (bits - 5)) & 31u];
    buffer &= (1u << bits) - 1;
  }
  if (bits > 0) out += kBase32[(buffer << (5 - bits)) & 31u];
  return out;
}

std::string totp_uri(View secret, std::string_view name, std::string_view practice) {
  return fmt::format("otpauth://totp/{}:{}?secret={}&issuer={}&algorithm=SHA1&digits=6&period=30", url_safe(practice),
                     url_safe(name), to_base32(secret), url_safe(practice));
}

std::vector<std::string> new_recovery_codes() {
  std::vector<std::string> codes;
  for (std::size_t i = 0; i < kRecoveryCodes; ++i) {
    std::array<std::uint8_t, kRecoveryCharacters> random{};
    fill_random(random);
    std::string code;
    for (std::size_t at = 0; at < random.size(); ++at) {
      if (at > 0 && at % kRecoveryGroup == 0) code += '-';
      const char letter = kBase32[random.at(at) & 31u];
      code += letter >= 'A' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    codes.push_back(code);
  }
  return codes;
}

std::optional<std::string> recovery_code_form(std::string_view typed) {
  if (typed.size() > 64) return std::nullopt;
  std::string code;
  for (const char c : typed) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'A' && c <= 'Z')
      code += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'))
      code += c;
    else
      return std::nullopt;
  }
  if (code.size() != kRecoveryCharacters) return std::nullopt;
  return code;
}

}  // namespace tenure::daemon
