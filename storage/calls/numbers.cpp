#include "storage/calls/numbers.h"

#include <algorithm>

#include "storage/calls/call_store.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kLongestText = 64;
constexpr std::size_t kEndings[] = {9, 6, 4};
const std::string kWithheldPrefixes[] = {"141", "1470"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The part of a SIP or tel address that may be a number: `sip:+44…@host;x=y` → `+44…`.
std::string address_part(std::string text) {
  for (const std::string scheme : {"sip:", "sips:", "tel:"})
    if (text.rfind(scheme, 0) == 0) text.erase(0, scheme.size());
  return text.substr(0, text.find_first_of("@;"));
}

// Digits with an optional leading +; empty when anything but the usual punctuation is there.
std::string bare(const std::string& raw) {
  if (raw.size() > kLongestText) return {};
  std::string text = address_part(raw);
  const bool international = text.find('+') != std::string::npos;
  if (const auto trunk = text.find("(0)"); trunk != std::string::npos && international) text.erase(trunk, 3);
  std::string out;
  for (const char c : text) {
    if (is_digit(c) || (c == '+' && out.empty())) out.push_back(c);
    else if (std::string_view(" -().\t/").find(c) == std::string_view::npos) return {};
  }
  return out;
}

Digest token_of(const Key& key, const std::string& text) { return hmac_sha256(key, as_view(text)); }

std::string whole_form(const std::string& raw, const std::string& e164) {
  const auto digits = e164.empty() ? digits_of(bare(raw)) : std::string();
  if (e164.empty() && digits.empty()) return {};
  return e164.empty() ? "bare:" + digits : "e164:" + e164;
}

std::string ending_form(const std::string& digits, std::size_t count) {
  return "last" + std::to_string(count) + ":" + digits.substr(digits.size() - count);
}

// The digits a party's number is filed and compared under.
std::string filed_digits(const Party& party) {
  const auto e164 = party.e164.empty() ? to_e164(party.number) : party.e164;
  return digits_of(e164.empty() ? bare(party.number) : e164);
}
}  // namespace

std::string digits_of(const std::string& raw) {
  std::string digits;
  for (const char c : raw.substr(0, kLongestText))
    if (is_digit(c)) digits.push_back(c);
  return digits;
}

std::string to_e164(const std::string& raw) {
  std::string text = bare(raw);
  if (text.empty()) return {};
  for (const auto& prefix : kWithheldPrefixes)  // dialled to withhold or give one's own number
    if (text.rfind(prefix + "0", 0) == 0 && text.size() >= prefix.size() + 10) text.erase(0, prefix.size());
  if (text.rfind("00", 0) == 0) text = "+" + text.substr(2);
  const bool national = text[0] == '0' && (text.size() == 10 || text.size() == 11);
  const bool without_plus = text.rfind("44", 0) == 0 && (text.size() == 11 || text.size() == 12);
  if (national) text = "+44" + text.substr(1);
  else if (without_plus) text = "+" + text;
  if (text.rfind("+440", 0) == 0) text.erase(3, 1);
  const bool complete = text[0] == '+' && text.size() >= 9 && text.size() <= 16 && text[1] != '0';
  return complete ? text : std::string();
}

Key number_index_key(const Key& key_encryption_key) { return hkdf_sha256(key_encryption_key, {}, "tenure number index"); }

std::optional<Digest> whole_number_token(const Key& index_key, const std::string& raw) {
  const auto form = whole_form(raw, to_e164(raw));
  if (form.empty()) return std::nullopt;
  return token_of(index_key, form);
}

std::optional<EndingToken> ending_token(const Key& index_key, const std::string& digits) {
  for (const auto count : kEndings)
    if (digits.size() >= count) return EndingToken{token_of(index_key, ending_form(digits, count)), count};
  return std::nullopt;
}

bool ends_with_digits(const Party& party, const std::string& digits) {
  const auto filed = filed_digits(party);
  if (filed.ends_with(digits)) return true;
  return filed.starts_with("44") && ("0" + filed.substr(2)).ends_with(digits);
}

bool is_number(const Party& party, const std::string& raw) {
  const auto e164 = party.e164.empty() ? to_e164(party.number) : party.e164;
  const auto wanted = to_e164(raw);
  if (!wanted.empty()) return e164 == wanted;
  return e164.empty() && digits_of(bare(party.number)) == digits_of(bare(raw));
}

std::vector<Digest> number_tokens(const Key& index_key, const std::vector<Party>& parties) {
  std::vector<Digest> tokens;
  for (const auto& party : parties) {
    const auto e164 = party.e164.empty() ? to_e164(party.number) : party.e164;
    const auto form = whole_form(party.number, e164);
    if (form.empty()) continue;
    tokens.push_back(token_of(index_key, form));
    const auto digits = filed_digits(party);
    for (const auto count : kEndings)
      if (digits.size() >= count) tokens.push_back(token_of(index_key, ending_form(digits, count)));
  }
  std::sort(tokens.begin(), tokens.end());
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  return tokens;
}

}  // namespace tenure::storage
