#include "base/id.h"

#include "base/entropy.h"

namespace tenure {

RawId make_raw_id(Instant at) {
  RawId id;
  fill_random(id);
  const auto millis = static_cast<std::uint64_t>(micros_of(at) / 1000);
  for (std::size_t i = 0; i < 6; ++i) id[i] = static_cast<std::uint8_t>(millis >> (8 * (5 - i)));
  id[6] = static_cast<std::uint8_t>((id[6] & 0x0f) | 0x70);
  id[8] = static_cast<std::uint8_t>((id[8] & 0x3f) | 0x80);
  return id;
}

std::string raw_id_text(const RawId& id) { return to_hex(id); }

std::optional<RawId> parse_raw_id(std::string_view text) {
  if (text.size() > 36) return std::nullopt;
  std::string digits;
  for (const char c : text)
    if (c != '-') digits.push_back(c);
  const auto bytes = from_hex(digits);
  if (!bytes || bytes->size() != 16) return std::nullopt;
  RawId id;
  std::memcpy(id.data(), bytes->data(), 16);
  return id;
}

}  // namespace tenure
