// What [access] may say: the words for roles, actions and grants, and the settings. Who may do what by default stands
// in daemon/access/rights.cpp. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tenure::config {

enum class Role { practice_manager, partner, clinical_lead, data_protection_officer, front_desk, it_administrator };
inline constexpr std::size_t kRoles = 6;

// What a verb needs. The first four are nobody's right in particular and cannot be changed by settings.
enum class Action {
  anyone,        // whoever may speak to the daemon: log in, version
  health,        // the same: does it record, is there space
  person,        // whoever is logged in
  person_fresh,  // whoever is logged in, with a fresh code
  live,
  find_footage,
  find_calls,
  play_footage,
  play_calls,
  place_hold,
  see_holds,
  log_requests,
  read_cases,
  work_footage,
  work_calls,
  release_footage,
  release_calls,
  release_holds,
  erase,
  change_policy,
  declare_time,
  people,
  see_people,
  settings,
  recovery_key,
  ledger,
  reports,
};
inline constexpr Action kFirstRight = Action::live, kLastRight = Action::reports;

enum class Grant {
  no,
  second_person,  // after another who may do the same has approved
  by_case,        // with a case
  yes,
};

std::string_view to_string(Role role);
std::string_view to_string(Action action);
std::string_view to_string(Grant grant);
std::optional<Role> parse_role(std::string_view text);
std::optional<Action> parse_right(std::string_view text);  // those that settings may change
std::optional<Grant> parse_grant(std::string_view text);
// All of them, for messages: "live, find-footage, ...".
std::string all_rights();
std::string all_roles();

struct RightOverride {
  Role role;
  Action action;
  Grant grant;
  bool operator==(const RightOverride&) const = default;
};

struct Access {
  Duration idle = std::chrono::minutes(30);
  Duration longest = std::chrono::hours(12);
  Duration fresh = std::chrono::minutes(5);
  Duration approval = std::chrono::days(7);
  std::vector<std::string> front_desk_cameras;
  std::vector<RightOverride> rights;
  bool operator==(const Access&) const = default;
};

// "play-calls = by-case" of a role; what is wrong otherwise.
std::optional<RightOverride> parse_override(Role role, std::string_view text, std::string& why);

}  // namespace tenure::config
