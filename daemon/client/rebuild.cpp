#include "daemon/client/rebuild.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "base/file.h"

extern char** environ;

namespace tenure::client {

namespace {
constexpr std::size_t kLargestAnswer = 1 << 20;

// Beside this program, or where it is installed.
std::string daemon_program() {
  const auto own = boost::filesystem::read_symlink("/proc/self/exe").parent_path();
  for (const auto& path : {own / "tenured", own.parent_path() / "sbin" / "tenured"})
    if (::access(path.c_str(), X_OK) == 0) return path.string();
  throw Error(ErrorKind::not_found, "There is no tenured beside tenure: run tenured --config FILE --rebuild yourself.");
}

std::string settings_file(const std::string& config) {
  if (!config.empty()) return config;
  return boost::filesystem::exists("var/tenure.toml") ? "var/tenure.toml" : "/etc/tenure/tenure.toml";
}
}  // namespace

std::string run_rebuild(const std::string& config) {
  std::string program = daemon_program(), file = settings_file(config), flag = "--config", rebuild = "--rebuild";
  std::array<char*, 5> arguments{program.data(), flag.data(), file.data(), rebuild.data(), nullptr};
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw io_error("Cannot make a pipe");
  const File reader(ends[0], "pipe");
  File writer(ends[1], "pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, writer.descriptor(), STDOUT_FILENO);
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  writer.close();
  if (failed != 0) throw Error(ErrorKind::io, "Cannot run " + program + ".");
  std::string answer;
  std::array<char, 4096> part{};
  for (ssize_t got = 0;
       answer.size() < kLargestAnswer && (got = ::read(reader.descriptor(), part.data(), part.size())) > 0;)
    answer.append(part.data(), static_cast<std::size_t>(got));
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error(ErrorKind::refused, "Nothing was rebuilt; tenured said why.");
  return answer;
}

}  // namespace tenure::client
