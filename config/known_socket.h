// Where the daemon's socket is, by a settings file that may have mistakes elsewhere: a daemon that runs goes on with
// the settings before, and whoever wants to ask it something needs no more of the file.
#pragma once
#include "config/reader.h"

namespace tenure::config {

// Nothing where the mistakes leave it open.
std::optional<Path> known_socket(const ReadResult& read);

}  // namespace tenure::config
