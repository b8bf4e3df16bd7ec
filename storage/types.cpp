#include "storage/types.h"

#include <algorithm>

namespace tenure::storage {

std::string to_string(State state) {
  switch (state) {
    case State::reserved: return "recording";
    case State::live: return "live";
    case State::condemned: return "condemned";
    case State::lost: return "lost";
  }
  return "unknown";
}

std::string to_string(Direction direction) {
  switch (direction) {
    case Direction::in: return "in";
    case Direction::out: return "out";
    case Direction::internal: return "internal";
    case Direction::unknown: break;
  }
  return "unknown";
}

std::optional<Direction> parse_direction(std::string_view text) {
  for (const auto direction : {Direction::unknown, Direction::in, Direction::out, Direction::internal})
    if (text == to_string(direction)) return direction;
  return std::nullopt;
}

bool Actor::is_hold_manager() const {
  const auto manages = [](const std::string& role) { return role == kPracticeManager || role == kDataProtectionOfficer; };
  return person.empty() || std::any_of(roles.begin(), roles.end(), manages);
}

}  // namespace tenure::storage
