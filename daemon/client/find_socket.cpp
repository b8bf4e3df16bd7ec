#include "daemon/client/find_socket.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.h"
#include "config/known_socket.h"

namespace tenure::client {

namespace {
constexpr const char* kLocal = "var/tenured.sock";

// What somebody else prepared in the folder one happens to be in gets no password and no code.
bool is_trusted(const char* path) {
  struct stat info {};
  return ::stat(path, &info) == 0 && (info.st_uid == 0 || info.st_uid == ::geteuid());
}

FoundSocket socket_of(const std::string& config) {
  const auto read = config::read_settings(config);
  if (read.ok()) return {read.settings.socket};
  if (const auto known = config::known_socket(read))
    return {*known, "the settings have mistakes, and tenured will not take the file before they are mended:\n" + config::describe(read)};
  throw Error(ErrorKind::usage, "--config: the settings have mistakes\n" + config::describe(read) +
                                    "A tenured that runs can be asked all the same: name its socket with --socket PATH.");
}
}  // namespace

FoundSocket find_socket(const std::string& socket, const std::string& config) {
  if (!socket.empty()) return {socket};
  if (!config.empty()) return socket_of(config);
  if (const char* named = std::getenv("TENURE_SOCKET"); named && *named) return {named};
  if (is_trusted(".") && is_trusted("var") && is_trusted(kLocal)) return {kLocal};
  return {"/run/tenure/tenured.sock"};
}

}  // namespace tenure::client
