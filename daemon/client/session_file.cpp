#include "daemon/client/session_file.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/filesystem/operations.hpp>
#include <cstdlib>

#include "base/digest.h"
#include "base/error.h"

namespace tenure::client {

namespace {
constexpr std::size_t kLongestToken = 128, kNameDigits = 16;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value == '/' ? value : "";
}

Path folder() {
  if (const auto runtime = environment("XDG_RUNTIME_DIR"); !runtime.empty()) return Path(runtime) / "tenure";
  if (const auto state = environment("XDG_STATE_HOME"); !state.empty()) return Path(state) / "tenure";
  auto home = environment("HOME");
  if (const passwd* entry = home.empty() ? ::getpwuid(::getuid()) : nullptr) home = entry->pw_dir;
  if (home.empty())
    throw Error(ErrorKind::refused, "there is no folder to keep the login in: set HOME or XDG_RUNTIME_DIR");
  return Path(home) / ".local" / "state" / "tenure";
}
}  // namespace

Path session_file(const Path& socket) {
  const auto name = boost::filesystem::absolute(socket).lexically_normal().string();
  return folder() / ("session-" + to_hex(sha256(as_view(name))).substr(0, kNameDigits));
}

std::string read_session(const Path& socket) {
  Path path;
  try {
    path = session_file(socket);
  } catch (const Error&) {
    return {};  // nowhere to look: not logged in
  }
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return {};
  if (!S_ISREG(info.st_mode) || info.st_uid != ::geteuid() || (info.st_mode & 077) != 0)
    throw Error(ErrorKind::refused, "the login in " + path.string() +
                                        " could be read or changed by others: remove that file and log in again");
  const Blob bytes = read_whole(path, kLongestToken);
  return std::string(as_text(bytes));
}

void write_session(const Path& socket, const std::string& token) {
  const auto path = session_file(socket);
  make_directories(path.parent_path());
  write_durably(path, as_view(token));
}

void forget_session(const Path& socket) { remove_file(session_file(socket)); }

}  // namespace tenure::client
