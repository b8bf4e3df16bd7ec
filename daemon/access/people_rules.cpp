#include "daemon/access/people_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"

namespace tenure::daemon {

namespace {
bool is_manager(const std::vector<std::string>& roles) {
  return std::find(roles.begin(), roles.end(), config::to_string(Role::practice_manager)) != roles.end();
}
}  // namespace

bool PeopleRules::may_change_all() const { return actor.person.empty() || is_manager(actor.roles); }

void PeopleRules::check_roles(const std::vector<std::string>& roles) const {
  for (const auto& name : roles) {
    const auto role = config::parse_role(name);
    if (!role)
      throw Error(ErrorKind::usage,
                  fmt::format("role: \"{}\" is unknown; there are {}", log_safe(name), config::all_roles()));
    if (rights.is_content_role(*role) && !may_change_all())
      throw Error(
          ErrorKind::refused,
          fmt::format("{} may not grant the role {}, which lets people at recordings: the practice manager does that "
                      "(tenure user role NAME --role {})",
                      actor.name, name, name));
  }
}

bool PeopleRules::may_change(const storage::Person& target) const {
  return target.id.text() == actor.person || may_change_all() || !rights.any_content_role(target.roles);
}

void PeopleRules::check_target(const storage::Person& target) const {
  if (may_change(target)) return;
  throw Error(ErrorKind::refused,
              fmt::format("{} may not change {}, who may see recordings: the practice manager does that", actor.name,
                          target.name));
}

void PeopleRules::check_grant(const storage::Person& target, const std::vector<std::string>& roles,
                              const std::vector<storage::Person>& setters) const {
  check_roles(roles);
  check_target(target);
  if (!rights.any_content_role(roles)) return;
  for (const auto& setter : setters)
    if (!is_manager(setter.roles))
      throw Error(ErrorKind::refused, fmt::format("{} set the password or the codes of {} and is no practice manager, "
                                                  "so could use this login: set new ones first "
                                                  "(tenure user password {}, tenure user totp {})",
                                                  setter.name, target.name, target.name, target.name));
}

}  // namespace tenure::daemon
