#include "running_daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/filesystem/operations.hpp>
#include <chrono>
#include <thread>

#include "base/error.h"

namespace tenure::daemon {
namespace fs = boost::filesystem;
using std::chrono::steady_clock;

namespace {
pid_t spawn(const std::vector<std::string>& command, int output) {
  std::vector<char*> values;
  for (const auto& text : command) values.push_back(const_cast<char*>(text.c_str()));
  values.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execv(values[0], values.data());
  ::_exit(127);
}
}  // namespace

RunningDaemon::RunningDaemon() : folder_(fs::temp_directory_path() / fs::unique_path("tenured-%%%%%%%%")) {
  fs::create_directories(folder_);
  ::chmod(folder_.c_str(), 0711);
  const std::string settings = "[storage]\npath = \"" + (folder_ / "state").string() + "\"\n[daemon]\nsocket = \"" + socket().string() + "\"\n";
  write_durably(config(), as_view(settings));
  const File log(::open((folder_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), folder_ / "log");
  pid_ = spawn({TENURED, "--config", config().string()}, log.descriptor());
  const auto deadline = steady_clock::now() + std::chrono::seconds(90);
  while (true) {
    try {
      connect();
      return;
    } catch (const Error&) {
      if (steady_clock::now() > deadline || ::waitpid(pid_, nullptr, WNOHANG) != 0)
        throw Error(ErrorKind::unavailable, "tenured did not start", std::string(as_text(read_whole(folder_ / "log"))));
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
}

RunningDaemon::~RunningDaemon() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  fs::remove_all(folder_);
}

int RunningDaemon::stop_with(int signal, Duration limit) {
  ::kill(pid_, signal);
  const auto deadline = steady_clock::now() + limit;
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (steady_clock::now() > deadline) throw Error(ErrorKind::unavailable, "tenured did not stop in time");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

File RunningDaemon::connect() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket().c_str(), socket().size());
  File made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), socket());
  if (::connect(made.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw io_error("no daemon");
  return made;
}

Outcome run_program(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw io_error("no pipe");
  const pid_t pid = spawn(command, ends[1]);
  ::close(ends[1]);
  Outcome outcome;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;) outcome.out.append(buffer.data(), static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

}  // namespace tenure::daemon
