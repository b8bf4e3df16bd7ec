#include "daemon/access/people_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"

namespace tenure::daemon {

bool PeopleRules::sees_recordings() const { return actor.person.empty() || rights.any_content_role(actor.roles); }

void PeopleRules::check_roles(const std::vector<std::string>& roles) const {
  for (const auto& name : roles) {
    const auto role = config::parse_role(name);
    if (!role)
      throw Error(ErrorKind::usage,
                  fmt::format("role: \"{}\" is unknown; there are {}", log_safe(name), config::all_roles()));
    if (rights.is_content_role(*role) && !sees_recordings())
      throw Error(
          ErrorKind::refused,
          fmt::format("{} may not grant the role {}, which lets people at recordings: the practice manager does that "
                      "(tenure user role NAME --role {})",
                      actor.name, name, name));
  }
}

void PeopleRules::check_target(const storage::Person& target) const {
  if (target.id.text() == actor.person || sees_recordings() || !rights.any_content_role(target.roles)) return;
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
    if (!rights.any_content_role(setter.roles))
      throw Error(ErrorKind::refused, fmt::format("{} set the password or the code of {} and may not see recordings, "
                                                  "so could use this login: set new ones first "
                                                  "(tenure user password {}, tenure user totp {})",
                                                  setter.name, target.name, target.name, target.name));
}

}  // namespace tenure::daemon
