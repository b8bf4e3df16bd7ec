#include "disclosure/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/error.h"

namespace tenure::disclosure {

namespace {
constexpr int kAbove = 64;  // out of the way of every number a child is given

struct Actions {
  posix_spawn_file_actions_t it;
  Actions() { ::posix_spawn_file_actions_init(&it); }
  ~Actions() { ::posix_spawn_file_actions_destroy(&it); }
};

struct Attributes {
  posix_spawnattr_t it;
  Attributes() {
    ::posix_spawnattr_init(&it);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&it, &none);
    ::posix_spawnattr_setsigdefault(&it, &all);
    ::posix_spawnattr_setflags(&it, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Attributes() { ::posix_spawnattr_destroy(&it); }
};
}  // namespace

Child::Child(const Path& program, const std::vector<std::pair<int, int>>& descriptors) {
  Actions actions;
  const Attributes attributes;
  for (const int standard : {0, 1, 2}) ::posix_spawn_file_actions_addopen(&actions.it, standard, "/dev/null", O_RDWR, 0);
  std::vector<File> moved;  // a number given to the child may be one of ours: copies high up cannot collide
  int highest = 2;
  for (const auto& [ours, theirs] : descriptors) {
    const int copy = ::fcntl(ours, F_DUPFD_CLOEXEC, kAbove);
    if (copy < 0) throw io_error("Cannot prepare " + program.string());
    moved.emplace_back(copy, Path("(descriptor)"));
    ::posix_spawn_file_actions_adddup2(&actions.it, copy, theirs);
    highest = std::max(highest, theirs);
  }
  ::posix_spawn_file_actions_addclosefrom_np(&actions.it, highest + 1);
  std::string name = program.string();
  char* const arguments[] = {name.data(), nullptr};
  char* const environment[] = {nullptr};
  const int code = ::posix_spawn(&pid_, name.c_str(), &actions.it, &attributes.it, arguments, environment);
  if (code != 0) {
    pid_ = -1;
    errno = code;
    throw io_error("Cannot start the picture decoder " + name);
  }
}

Child::~Child() {
  if (pid_ < 0) return;
  kill();
  wait();
}

void Child::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

int Child::wait() {
  int status = 0;
  while (pid_ > 0 && ::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

}  // namespace tenure::disclosure
