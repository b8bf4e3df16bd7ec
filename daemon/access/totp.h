// The second factor: time-based codes of RFC 6238 (HMAC-SHA-1, 6 digits, 30 s) as every authenticator app shows them,
// and recovery codes for when the telephone is gone. Pure but for the randomness of new ones.
#pragma once
#include "base/bytes.h"
#include "base/time.h"

namespace tenure::daemon {

inline constexpr std::size_t kTotpSecretSize = 20;
inline constexpr std::size_t kRecoveryCodes = 10;

Blob new_totp_secret();
std::int64_t totp_step(Instant at);
// Six digits.
std::string totp_code(View secret, std::int64_t step);
// The step whose code this is: now's, or one earlier or later, and after `used`, for none counts twice.
std::optional<std::int64_t> match_totp(View secret, std::string_view code, Instant now, std::int64_t used);
// otpauth://totp/Tenure:name?secret=...: what an app reads from a QR code.
std::string totp_uri(View secret, std::string_view name, std::string_view practice);

std::string to_base32(View bytes);

// "k3f2-9xqa-72bn-m4tc": 80 random bits.
std::vector<std::string> new_recovery_codes();
// As stored codes are compared: lower case, without spaces and hyphens; nothing when it cannot be one.
std::optional<std::string> recovery_code_form(std::string_view typed);

}  // namespace tenure::daemon
