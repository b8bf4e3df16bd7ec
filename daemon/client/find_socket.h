// Which socket the daemon answers at: --socket, --config's, $TENURE_SOCKET, ./var/tenured.sock, the installed one.
#pragma once
#include "base/file.h"

namespace tenure::client {

// Throws Error{usage} when the settings file cannot be read.
Path find_socket(const std::string& socket, const std::string& config);

}  // namespace tenure::client
