#include "tests/faults/child.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "base/error.h"

// There in a build that counts coverage: nothing but the end of a process writes it, and _exit() is none.
extern "C" __attribute__((weak)) int __llvm_profile_write_file();  // NOLINT(bugprone-reserved-identifier)

namespace tenure::faults {

namespace {
constexpr unsigned kLongest = 60;

[[noreturn]] void be_child(const std::function<int()>& work, int out) {
  ::dup2(out, STDOUT_FILENO);
  if (std::getenv("FAULTS_VERBOSE") == nullptr) ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);  // NOLINT
  ::alarm(kLongest);
  int status = 3;
  try {
    status = work();
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
  }
  std::cerr.flush();
  if (__llvm_profile_write_file != nullptr) __llvm_profile_write_file();
  ::_exit(status);
}
}  // namespace

ChildResult in_child(const std::function<int()>& work) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw io_error("Cannot make a pipe");
  const auto child = ::fork();
  if (child < 0) throw io_error("Cannot make a process");
  if (child == 0) be_child(work, pipe[1]);
  ::close(pipe[1]);
  ChildResult result;
  std::array<char, 4096> block{};
  for (;;) {
    const auto got = ::read(pipe[0], block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    result.output.append(block.data(), static_cast<std::size_t>(got));
  }
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace tenure::faults
