// The offline recovery key: an X25519 pair made by the client. The private half is shown once, for paper, and never kept;
// the public half seals the backups of the keys. Pure; any thread.
#pragma once
#include <optional>
#include <string>

#include "base/digest.h"

namespace tenure::storage {

Key make_recovery_secret();
Key recovery_public(const Key& secret);
// What two halves agree on. Throws Error{refused} for a point that gives nothing.
Key agree(const Key& secret, const Key& other_public);
// "TENURE-RECOVERY 0123-4567-...": 64 hexadecimal digits in fours, then four that find a slip of the pen.
std::string recovery_text(const Key& secret);
// In any writing of spaces and hyphens; nothing when it is none, or a digit is wrong.
std::optional<Key> parse_recovery_text(std::string_view text);
std::string recovery_fingerprint(const Key& public_key);  // 16 hexadecimal digits

}  // namespace tenure::storage
