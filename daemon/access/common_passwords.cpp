#include "daemon/access/common_passwords.h"

#include <algorithm>
#include <array>
#include <vector>

namespace tenure::daemon {

namespace {
constexpr std::size_t kFewestLeft = 6, kMostWords = 2, kShortestRow = 4, kShortestRepeat = 3;

constexpr std::array<std::string_view, 118> kCommon = {
    "password", "passwort", "passcode", "pass", "word", "welcome", "letmein", "admin", "administrator", "login",
    "logon", "user", "guest", "test", "testing", "changeme", "change", "secret", "access", "master", "default",
    "temporary", "temp", "hello", "tenure", "surgery", "dental", "dentist", "dentistry", "doctor", "clinic",
    "clinical", "medical", "health", "healthcare", "hospital", "practice", "reception", "receptionist", "manager",
    "office", "partner", "nurse", "patient", "patients", "smile", "smiles", "teeth", "tooth", "camera", "cameras",
    "cctv", "security", "recorder", "recording", "computer", "server", "internet", "windows", "microsoft", "google",
    "apple", "samsung", "hikvision", "dahua", "summer", "winter", "spring", "autumn", "january", "february", "march",
    "april", "june", "july", "august", "september", "october", "november", "december", "monday", "tuesday",
    "wednesday", "thursday", "friday", "saturday", "sunday", "christmas", "football", "rugby", "cricket", "liverpool",
    "arsenal", "chelsea", "everton", "manchester", "united", "london", "leeds", "england", "scotland", "british",
    "britain", "iloveyou", "love", "princess", "sunshine", "monkey", "dragon", "shadow", "superman", "batman",
    "pokemon", "starwars", "charlie", "family", "whatever", "trustno"};
constexpr std::array<std::string_view, 4> kRows = {"qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

char undisguised(char c) {
  switch (c) {
    case '@': return 'a';
    case '0': return 'o';
    case '1': return 'l';
    case '3': return 'e';
    case '$':
    case '5': return 's';
    default: return c;
  }
}

std::string letters_of(std::string_view text) {
  std::string letters;
  std::copy_if(text.begin(), text.end(), std::back_inserter(letters), is_letter);
  return letters;
}

// How many of the first characters lie side by side on the keyboard or in the alphabet, or are one over and over.
std::size_t row_length(std::string_view text) {
  const auto same = std::min(text.find_first_not_of(text.front()), text.size());
  std::size_t longest = same >= kShortestRepeat ? same : 0;
  for (const auto row : kRows)
    for (const auto& line : {std::string(row), std::string(row.rbegin(), row.rend())}) {
      std::size_t length = text.size();
      while (length >= kShortestRow && line.find(text.substr(0, length)) == std::string::npos) --length;
      if (length >= kShortestRow) longest = std::max(longest, length);
    }
  return longest;
}

// Whether `text` is made of words and rows, of at most kMostWords different ones; a word over and over counts once.
bool is_made_of(std::string_view text, const std::vector<std::string_view>& used) {
  if (text.empty()) return true;
  const auto goes_on = [&](std::size_t length) {
    const auto piece = text.substr(0, length);
    auto now = used;
    if (std::find(now.begin(), now.end(), piece) == now.end()) now.push_back(piece);
    return now.size() <= kMostWords && is_made_of(text.substr(length), now);
  };
  for (const auto word : kCommon)
    if (text.starts_with(word) && goes_on(word.size())) return true;
  const auto row = row_length(text);
  return row > 0 && goes_on(row);
}
}  // namespace

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

bool is_guessed_first(std::string_view password) {
  const auto lower = lower_case(password);
  const auto first = std::find_if(lower.begin(), lower.end(), is_letter);
  const auto last = std::find_if(lower.rbegin(), lower.rend(), is_letter).base();
  if (first >= last) return true;  // digits and punctuation only
  const std::string rest(first, last);
  if (rest.size() < kFewestLeft) return true;
  // As typed with what stands between the letters left out; disguised; disguised from its first letter on.
  std::string whole(lower.begin(), last), inner = rest;
  for (auto* text : {&whole, &inner}) std::transform(text->begin(), text->end(), text->begin(), undisguised);
  return is_made_of(letters_of(rest), {}) || is_made_of(letters_of(whole), {}) || is_made_of(letters_of(inner), {});
}

}  // namespace tenure::daemon
