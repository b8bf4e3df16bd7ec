#include "config/access.h"

#include <array>

namespace tenure::config {

namespace {
constexpr std::array<std::string_view, kRoles> kRoleNames = {
    "practice-manager", "partner", "clinical-lead", "data-protection-officer", "front-desk", "it-administrator"};
constexpr std::array<std::string_view, 27> kActionNames = {
    "anyone",     "health",        "person",       "person-fresh",    "live",          "find-footage",
    "find-calls", "play-footage",  "play-calls",   "place-hold",      "see-holds",     "log-requests",
    "read-cases", "work-footage",  "work-calls",   "release-footage", "release-calls", "release-holds",
    "erase",      "change-policy", "declare-time", "people",          "see-people",    "settings",
    "recovery-key", "ledger",      "reports"};
static_assert(kActionNames.size() == static_cast<std::size_t>(kLastRight) + 1);
constexpr std::array<std::string_view, 4> kGrantNames = {"no", "second-person", "by-case", "yes"};

template <typename Value, std::size_t N>
std::optional<Value> parse(const std::array<std::string_view, N>& names, std::string_view text, std::size_t from = 0) {
  for (std::size_t i = from; i < N; ++i)
    if (names[i] == text) return static_cast<Value>(i);
  return std::nullopt;
}

template <std::size_t N>
std::string list(const std::array<std::string_view, N>& names, std::size_t from = 0) {
  std::string all;
  for (std::size_t i = from; i < N; ++i) all += (all.empty() ? "" : ", ") + std::string(names[i]);
  return all;
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(' ');
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(' ') - from + 1);
}
}  // namespace

std::string_view to_string(Role role) { return kRoleNames.at(static_cast<std::size_t>(role)); }
std::string_view to_string(Action action) { return kActionNames.at(static_cast<std::size_t>(action)); }
std::string_view to_string(Grant grant) { return kGrantNames.at(static_cast<std::size_t>(grant)); }

std::optional<Role> parse_role(std::string_view text) { return parse<Role>(kRoleNames, text); }
std::optional<Action> parse_right(std::string_view text) {
  return parse<Action>(kActionNames, text, static_cast<std::size_t>(kFirstRight));
}
std::optional<Grant> parse_grant(std::string_view text) { return parse<Grant>(kGrantNames, text); }
std::string all_rights() { return list(kActionNames, static_cast<std::size_t>(kFirstRight)); }
std::string all_roles() { return list(kRoleNames); }

std::optional<RightOverride> parse_override(Role role, std::string_view text, std::string& why) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return why = "is not of the form \"play-calls = no\"", std::nullopt;
  const auto action = parse_right(trimmed(text.substr(0, equals)));
  const auto grant = parse_grant(trimmed(text.substr(equals + 1)));
  if (!action) return why = "names no right; there are " + all_rights(), std::nullopt;
  if (!grant) return why = "grants none of " + list(kGrantNames), std::nullopt;
  return RightOverride{role, *action, *grant};
}

}  // namespace tenure::config
