// Which socket the daemon answers at: --socket, --config's, $TENURE_SOCKET, ./var/tenured.sock, the installed one.
#pragma once
#include "base/file.h"

namespace tenure::client {

struct FoundSocket {
  Path path;
  std::string warning = {};  // the mistakes of the settings file, when it has some that do not hide the socket
};

// Throws Error{usage} when the settings file does not say where the socket is.
FoundSocket find_socket(const std::string& socket, const std::string& config);

}  // namespace tenure::client
