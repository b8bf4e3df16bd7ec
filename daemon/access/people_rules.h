// Who may change whom. Whoever is no practice manager (the IT administrator, with whatever second role) makes people,
// but none that may see recordings: not by granting such a role, not by taking over the account of somebody who has
// one, not by making an account whose password and code they know and letting others grant it the role. Pure.
#pragma once
#include "daemon/access/rights.h"
#include "storage/people/people.h"

namespace tenure::daemon {

struct PeopleRules {
  const Rights& rights;
  const storage::Actor& actor;  // who changes; no person: the owner, before there are people
  bool may_change_all() const;
  // Throw Error{refused} saying why and what to do; Error{usage} for a role that there is none of.
  void check_roles(const std::vector<std::string>& roles) const;
  bool may_change(const storage::Person& target) const;
  void check_target(const storage::Person& target) const;
  // `setters`: those who set the target's password, code and recovery codes.
  void check_grant(const storage::Person& target, const std::vector<std::string>& roles,
                   const std::vector<storage::Person>& setters) const;
};

}  // namespace tenure::daemon
