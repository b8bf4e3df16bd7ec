// Who is at the other end of a Unix socket, by the kernel's word (SO_PEERCRED), and whether they may speak: root, the
// user the daemon runs as, and members of the group `tenure` if the machine has one.
#pragma once
#include <sys/types.h>

#include <string>

#include "storage/types.h"

namespace tenure::daemon {

struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
};

// Throws Error{io}.
Peer peer_of(int socket);
bool may_speak(const Peer& peer);
// "uid 0 (root)", for the ledger, until people exist.
storage::Actor actor_of(const Peer& peer);

}  // namespace tenure::daemon
