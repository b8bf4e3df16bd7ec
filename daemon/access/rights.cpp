#include "daemon/access/rights.h"

#include <algorithm>

namespace tenure::daemon {

namespace {
struct Row {
  Action action;
  std::array<Grant, config::kRoles> grants;  // in the order of config::Role
};

constexpr Grant kYes = Grant::yes, kNo = Grant::no, kCase = Grant::by_case, kTwo = Grant::second_person;

constexpr std::array kDefaults = {
    //                             manager partner clinical dpo    desk   it
    Row{Action::live,            {kYes,   kYes,   kNo,     kCase, kYes,  kNo}},   // the front desk: cameras named for it
    Row{Action::find_footage,    {kYes,   kYes,   kYes,    kYes,  kNo,   kNo}},   // what is kept, not what it shows
    Row{Action::find_calls,      {kYes,   kNo,    kYes,    kCase, kNo,   kNo}},   // numbers and names
    Row{Action::play_footage,    {kYes,   kYes,   kNo,     kCase, kNo,   kNo}},
    Row{Action::play_calls,      {kYes,   kNo,    kYes,    kCase, kNo,   kNo}},
    Row{Action::place_hold,      {kYes,   kYes,   kYes,    kYes,  kYes,  kNo}},
    Row{Action::see_holds,       {kYes,   kYes,   kYes,    kYes,  kNo,   kNo}},
    Row{Action::log_requests,    {kYes,   kYes,   kYes,    kYes,  kYes,  kNo}},
    Row{Action::read_cases,      {kYes,   kYes,   kYes,    kYes,  kNo,   kNo}},
    Row{Action::work_footage,    {kYes,   kYes,   kNo,     kNo,   kNo,   kNo}},
    Row{Action::work_calls,      {kYes,   kYes,   kYes,    kNo,   kNo,   kNo}},
    Row{Action::release_footage, {kYes,   kTwo,   kNo,     kTwo,  kNo,   kNo}},
    Row{Action::release_calls,   {kYes,   kTwo,   kTwo,    kTwo,  kNo,   kNo}},
    Row{Action::release_holds,   {kTwo,   kTwo,   kNo,     kTwo,  kNo,   kNo}},
    Row{Action::erase,           {kTwo,   kTwo,   kNo,     kTwo,  kNo,   kNo}},
    Row{Action::change_policy,   {kTwo,   kTwo,   kNo,     kTwo,  kNo,   kNo}},
    Row{Action::declare_time,    {kYes,   kNo,    kNo,     kNo,   kNo,   kTwo}},
    Row{Action::people,          {kYes,   kNo,    kNo,     kNo,   kNo,   kYes}},  // IT: none that grants recordings
    Row{Action::see_people,      {kYes,   kNo,    kNo,     kYes,  kNo,   kYes}},
    Row{Action::settings,        {kYes,   kNo,    kNo,     kNo,   kNo,   kYes}},
    Row{Action::recovery_key,    {kYes,   kNo,    kNo,     kYes,  kNo,   kNo}},   // it opens every recording, elsewhere
    Row{Action::ledger,          {kYes,   kNo,    kNo,     kYes,  kNo,   kNo}},
    Row{Action::reports,         {kYes,   kYes,   kYes,    kYes,  kNo,   kNo}},
};
static_assert(kDefaults.size() == static_cast<std::size_t>(config::kLastRight) - static_cast<std::size_t>(config::kFirstRight) + 1);

constexpr std::size_t index(Action action) { return static_cast<std::size_t>(action); }
constexpr std::size_t index(Role role) { return static_cast<std::size_t>(role); }

constexpr std::array kContent = {Action::live, Action::find_footage, Action::find_calls, Action::play_footage, Action::play_calls,
                                 Action::place_hold, Action::see_holds, Action::log_requests, Action::read_cases,
                                 Action::work_footage, Action::work_calls, Action::release_footage, Action::release_calls,
                                 Action::release_holds, Action::erase, Action::change_policy};
}  // namespace

Rights::Rights(const std::vector<config::RightOverride>& changes) {
  for (auto& role : table_) {
    role.fill(Grant::no);
    for (auto action = index(Action::anyone); action < index(config::kFirstRight); ++action) role.at(action) = Grant::yes;
  }
  for (const auto& row : kDefaults)
    for (std::size_t role = 0; role < config::kRoles; ++role) table_.at(role).at(index(row.action)) = row.grants.at(role);
  for (const auto& change : changes) table_.at(index(change.role)).at(index(change.action)) = change.grant;
}

Grant Rights::of(Role role, Action action) const { return table_.at(index(role)).at(index(action)); }

Grant Rights::of(const std::vector<std::string>& roles, Action action) const {
  if (action < config::kFirstRight) return Grant::yes;
  Grant most = Grant::no;
  for (const auto& name : roles)
    if (const auto role = config::parse_role(name)) most = std::max(most, of(*role, action));
  return most;
}

bool Rights::is_content_role(Role role) const {
  return std::any_of(kContent.begin(), kContent.end(), [&](Action action) { return of(role, action) != Grant::no; });
}

bool Rights::any_content_role(const std::vector<std::string>& roles) const {
  return std::any_of(roles.begin(), roles.end(), [&](const std::string& name) {
    const auto role = config::parse_role(name);
    return role && is_content_role(*role);
  });
}

Action on_calls(Action action) {
  switch (action) {
    case Action::find_footage: return Action::find_calls;
    case Action::play_footage: return Action::play_calls;
    case Action::work_footage: return Action::work_calls;
    case Action::release_footage: return Action::release_calls;
    default: return action;
  }
}

bool needs_fresh_code(Action action) {
  switch (action) {
    case Action::person_fresh:
    case Action::release_footage:
    case Action::release_calls:
    case Action::release_holds:
    case Action::erase:
    case Action::change_policy:
    case Action::declare_time:
    case Action::people:
    case Action::settings:
    case Action::recovery_key: return true;
    default: return false;
  }
}

bool needs_reason(Action action) {
  switch (action) {
    case Action::live:
    case Action::play_footage:
    case Action::play_calls:
    case Action::work_footage:
    case Action::work_calls:
    case Action::release_footage:
    case Action::release_calls: return true;
    default: return false;
  }
}

}  // namespace tenure::daemon
