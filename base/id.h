// 128-bit identifiers that sort by the time they were made (UUID version 7), one C++ type for each kind of thing.
#pragma once
#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/time.h"

namespace tenure {

using RawId = std::array<std::uint8_t, 16>;

RawId make_raw_id(Instant at);
std::string raw_id_text(const RawId& id);
std::optional<RawId> parse_raw_id(std::string_view text);

template <typename Tag>
struct Id {
  RawId raw{};
  static Id make(Instant at) { return {make_raw_id(at)}; }
  // 32 lower-case hexadecimal digits; parse also accepts hyphens.
  std::string text() const { return raw_id_text(raw); }
  static std::optional<Id> parse(std::string_view text) {
    const auto parsed = parse_raw_id(text);
    if (!parsed) return std::nullopt;
    return Id{*parsed};
  }
  static std::optional<Id> from_bytes(View bytes) {
    if (bytes.size() != 16) return std::nullopt;
    Id id;
    std::memcpy(id.raw.data(), bytes.data(), 16);
    return id;
  }
  View bytes() const { return raw; }
  bool is_nil() const { return raw == RawId{}; }
  auto operator<=>(const Id&) const = default;
};

using SegmentId = Id<struct SegmentTag>;  // a camera segment or a call recording
using HoldId = Id<struct HoldTag>;
using VaultId = Id<struct VaultTag>;

struct IdHash {
  template <typename Tag>
  std::size_t operator()(const Id<Tag>& id) const {
    std::size_t value;
    std::memcpy(&value, id.raw.data() + 8, sizeof value);
    return value;
  }
};

}  // namespace tenure
