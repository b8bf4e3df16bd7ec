// What concerns the recovery key, done on the client's side: the daemon never has the private half. One thread.
#pragma once
#include "daemon/client/arguments.h"

namespace tenure::client {

// For `backup recovery-key`: makes the pair, puts the public half into the request and returns the private one as text for
// paper. Empty for other verbs.
std::string add_recovery_key(wire::Request& request);
// `restore`, without a daemon; JSON of what was done. Throws Error.
std::string restore_here(const Command& command);

}  // namespace tenure::client
