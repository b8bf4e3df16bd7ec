// [access] and [access.rights].
#include <algorithm>
#include <array>

#include "config/validate.h"

namespace tenure::config {

namespace {
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// What a second person can approve: acts that are done once, and whose arguments may be written down for it.
constexpr std::array kForTwo = {Action::release_footage, Action::release_calls, Action::release_holds,
                                Action::erase,           Action::change_policy, Action::declare_time};

// Rights whose loss by everybody could not be undone from within, or that would let who runs the machine see recordings
// or decide about people's rights alone, are left as they are.
std::string refused(const RightOverride& change) {
  if (change.grant == Grant::second_person && std::find(kForTwo.begin(), kForTwo.end(), change.action) == kForTwo.end()) {
    std::string names;
    for (const auto action : kForTwo) names += (names.empty() ? "" : ", ") + std::string(to_string(action));
    return "is not to be had: a second person can approve only " + names;
  }
  if (change.role == Role::practice_manager && change.action == Action::people && change.grant != Grant::yes)
    return "would leave nobody who may add people; the practice manager keeps it";
  if (change.role == Role::it_administrator && change.action < Action::settings && change.action != Action::people &&
      change.action != Action::see_people && change.action != Action::declare_time && change.grant != Grant::no)
    return "would let the IT administrator see or decide about recordings; give the person a second role instead";
  return {};
}
}  // namespace

void read_access(const Section& section, Access& access) {
  access.idle = section.duration("idle", minutes(1), hours(8));
  access.longest = section.duration("longest", minutes(5), hours(24));
  access.fresh = section.duration("fresh", minutes(1), hours(1));
  access.approval = section.duration("approval", hours(1), days(31));
  access.front_desk_cameras = section.list("front_desk_cameras");
  if (access.idle > access.longest)
    section.problem("idle", "is longer than longest: a session ends at the earlier of the two");
}

void read_access_rights(const Section& section, Access& access) {
  for (const auto& [key, entry] : section.table().entries) {
    const auto role = parse_role(key);
    if (!role) continue;  // listed as unknown already
    for (const auto& text : section.list(key)) {
      std::string why;
      const auto change = parse_override(*role, text, why);
      if (!change) {
        section.problem(key, shown(text) + " " + why);
        continue;
      }
      const auto same = [&](const RightOverride& other) {
        return other.role == change->role && other.action == change->action;
      };
      if (const auto no = refused(*change); !no.empty())
        section.problem(key, shown(text) + " " + no);
      else if (std::any_of(access.rights.begin(), access.rights.end(), same))
        section.problem(key, shown(text) + " changes a right a second time");
      else
        access.rights.push_back(*change);
    }
  }
}

}  // namespace tenure::config
