// Telephone numbers in every form they are written, and the blind index that finds them without storing them. Pure.
#pragma once
#include "storage/types.h"

namespace tenure::storage {

// The digits of a text, nothing else; at most 64 characters are looked at.
std::string digits_of(const std::string& raw);
// The key of the blind index, derived from the key-encryption key.
Key number_index_key(const Key& key_encryption_key);
// The token under which a whole number is filed: its E.164 form, or its bare digits when it has none (an extension).
std::optional<Digest> whole_number_token(const Key& index_key, const std::string& raw);
// The token of the longest filed ending (9, 6 or 4) of at least four digits, and how long that ending is.
struct EndingToken { Digest token{}; std::size_t digits = 0; };
std::optional<EndingToken> ending_token(const Key& index_key, const std::string& digits);
// Whether a party's number ends with these digits, in international or national writing.
bool ends_with_digits(const Party& party, const std::string& digits);
// Whether a party's number is this one.
bool is_number(const Party& party, const std::string& raw);

}  // namespace tenure::storage
