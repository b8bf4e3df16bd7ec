#include "daemon/client/find_socket.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.h"
#include "config/reader.h"

namespace tenure::client {

namespace {
constexpr const char* kLocal = "var/tenured.sock";

// What somebody else prepared in the folder one happens to be in gets no password and no code.
bool is_trusted(const char* path) {
  struct stat info {};
  return ::stat(path, &info) == 0 && (info.st_uid == 0 || info.st_uid == ::geteuid());
}
}  // namespace

Path find_socket(const std::string& socket, const std::string& config) {
  if (!socket.empty()) return socket;
  if (!config.empty()) {
    const auto read = config::read_settings(config);
    if (!read.ok()) throw Error(ErrorKind::usage, "--config: the settings have mistakes\n" + config::describe(read));
    return read.settings.socket;
  }
  if (const char* named = std::getenv("TENURE_SOCKET"); named && *named) return named;
  if (is_trusted(".") && is_trusted("var") && is_trusted(kLocal)) return kLocal;
  return "/run/tenure/tenured.sock";
}

}  // namespace tenure::client
