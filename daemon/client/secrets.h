// Passwords and codes: from the terminal without echo, or one a line from standard input for scripts. Never from the
// command line, which every user of the machine can see.
#pragma once
#include "daemon/wire/message.h"

namespace tenure::client {

// Adds what the request's verb needs: password and code of `login`, code of `login fresh`, the new password of `user
// add` and `user password`. Throws Error{usage} when there is neither a terminal nor `from_input`.
void add_secrets(wire::Request& request, bool from_input);

}  // namespace tenure::client
