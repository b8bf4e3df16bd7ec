// Who stands behind one request: the Unix user the kernel vouches for, and the person whose session came with it.
#pragma once
#include <sys/types.h>

#include "storage/people/sessions.h"

namespace tenure::daemon {

struct Asker {
  storage::Actor actor;                               // the person, else the Unix user
  uid_t uid = 0;
  std::string token = {};                             // of the session, when there is one
  std::optional<storage::Session> session = {};
  std::string trouble = {};                           // why the session that came does not count
};

}  // namespace tenure::daemon
