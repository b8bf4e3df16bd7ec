// Where the token of a login is kept between two commands: one 0600 file for each daemon and user, below
// $XDG_RUNTIME_DIR/tenure, else ~/.local/state/tenure. Never printed, never in an argument.
#pragma once
#include "base/file.h"

namespace tenure::client {

Path session_file(const Path& socket);
// Empty when there is none. A file that others could read, or that is somebody else's, is refused.
std::string read_session(const Path& socket);
void write_session(const Path& socket, const std::string& token);
void forget_session(const Path& socket);

}  // namespace tenure::client
