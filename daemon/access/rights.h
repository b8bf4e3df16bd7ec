// Who may do what: one table, role by action, where an action on recordings is one of footage or of calls. Pure. The
// defaults are design.md's; [access.rights] changes single cells.
#pragma once
#include <array>

#include "config/access.h"

namespace tenure::daemon {

using config::Action;
using config::Grant;
using config::Role;

inline constexpr std::size_t kActionsHeld = static_cast<std::size_t>(config::kLastRight) + 1;

class Rights {
 public:
  // The default table with changes put over it.
  explicit Rights(const std::vector<config::RightOverride>& changes = {});
  Grant of(Role role, Action action) const;
  // Of somebody with several roles: the most that any of them grants. Names that are no role grant nothing.
  Grant of(const std::vector<std::string>& roles, Action action) const;
  // Whether the role lets anybody see, hear, take out or end recordings: such a role is granted only by who has one.
  bool is_content_role(Role role) const;
  bool any_content_role(const std::vector<std::string>& roles) const;

 private:
  std::array<std::array<Grant, kActionsHeld>, config::kRoles> table_;
};

// The same action, on calls.
Action on_calls(Action action);
// Whether a code given within the last minutes is needed beside the login.
bool needs_fresh_code(Action action);
// Whether a person must have said why: it shows recordings or takes them out.
bool needs_reason(Action action);

}  // namespace tenure::daemon
