#include "daemon/client/find_socket.h"

#include <boost/filesystem/operations.hpp>
#include <cstdlib>

#include "base/error.h"
#include "config/reader.h"

namespace tenure::client {

Path find_socket(const std::string& socket, const std::string& config) {
  if (!socket.empty()) return socket;
  if (!config.empty()) {
    const auto read = config::read_settings(config);
    if (!read.ok()) throw Error(ErrorKind::usage, "--config: the settings have mistakes\n" + config::describe(read));
    return read.settings.socket;
  }
  if (const char* named = std::getenv("TENURE_SOCKET"); named && *named) return named;
  const Path local("var/tenured.sock");
  boost::system::error_code error;
  if (boost::filesystem::exists(local, error)) return local;
  return "/run/tenure/tenured.sock";
}

}  // namespace tenure::client
