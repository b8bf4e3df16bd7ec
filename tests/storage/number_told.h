// Whether a text tells a telephone number, or its last digits.
#pragma once
#include <string_view>

namespace tenure::storage {

// Ids, digests and signatures are long runs of digits and letters, in which any six digits come up by chance once in 16
// million places: within a run that long they are no number.
inline bool tells_number(std::string_view text, std::string_view digits) {
  constexpr std::size_t kShortestId = 32;
  const auto is_of_run = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/';
  };
  for (auto at = text.find(digits); at != std::string_view::npos; at = text.find(digits, at + 1)) {
    auto from = at, to = at + digits.size();
    while (from > 0 && is_of_run(text[from - 1])) --from;
    while (to < text.size() && is_of_run(text[to])) ++to;
    if (to - from < kShortestId) return true;
  }
  return false;
}

}  // namespace tenure::storage
