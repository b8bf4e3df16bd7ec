#include "daemon/client/secrets.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/file.h"
#include "daemon/client/typed.h"

namespace tenure::client {

namespace {
constexpr std::size_t kLongest = 1024;

volatile std::sig_atomic_t interrupted = 0;

// Gives the terminal its echo back however the reading ends, Ctrl-C included.
class NoEcho {
 public:
  explicit NoEcho(int terminal) : terminal_(terminal) {
    struct sigaction action{};
    action.sa_handler = [](int) { interrupted = 1; };
    ::sigaction(SIGINT, &action, &handler_);
    ::tcgetattr(terminal_, &before_);
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(terminal_, TCSAFLUSH, &quiet);
  }
  ~NoEcho() {
    ::tcsetattr(terminal_, TCSAFLUSH, &before_);
    ::sigaction(SIGINT, &handler_, nullptr);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  int terminal_;
  termios before_{};
  struct sigaction handler_{};
};

// A byte at a time, so that nothing of the next line is taken.
std::string read_line(int from) {
  std::string line;
  char c = 0;
  while (line.size() < kLongest) {
    const auto got = ::read(from, &c, 1);
    if (got < 0 && errno == EINTR && interrupted != 0) throw Error(ErrorKind::refused, "stopped; nothing was done");
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      if (line.empty())
        throw Error(ErrorKind::usage, "--stdin: the input ended before everything that is needed had come, one a line");
      break;
    }
    if (c == '\n') break;
    line.push_back(c);
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

class Source {
 public:
  explicit Source(bool from_input) : from_input_(from_input) {
    if (from_input) return;
    terminal_ = File(::open("/dev/tty", O_RDWR | O_CLOEXEC), "/dev/tty");
    if (!terminal_.is_open())
      throw Error(ErrorKind::usage,
                  "--stdin: there is no terminal to ask at; give passwords and codes on standard input, one a line, "
                  "with --stdin");
  }
  // `name`: of what is asked for, in the request.
  std::string ask(const std::string& name, const std::string& prompt) const {
    auto line = from_input_ ? read_line(STDIN_FILENO) : typed_at(prompt);
    if (const auto why = why_no_text(line); !why.empty()) throw Error(ErrorKind::usage, name + ": " + why);
    return line;
  }
  std::string ask_new() const {
    const auto first = ask("password", "New password (12 characters or more): ");
    if (!from_input_ && ask("password", "The same again: ") != first)
      throw Error(ErrorKind::usage, "password: the two are not the same");
    return first;
  }

 private:
  std::string typed_at(const std::string& prompt) const {
    say(prompt);
    std::string typed;
    {
      const NoEcho quiet(terminal_.descriptor());
      typed = read_line(terminal_.descriptor());
    }
    say("\n");
    return typed;
  }
  void say(const std::string& text) const {
    if (::write(terminal_.descriptor(), text.data(), text.size()) < 0) throw io_error("cannot write to the terminal");
  }
  bool from_input_;
  File terminal_;
};
}  // namespace

void add_secrets(wire::Request& request, bool from_input) {
  auto& args = request.args;
  const auto& verb = request.verb;
  if (verb == "login") {
    const Source source(from_input);
    args["password"] = source.ask("password", "Password: ");
    args["code"] = source.ask("code", "Code from the authenticator (or a recovery code): ");
  } else if (verb == "login fresh") {
    args["code"] = Source(from_input).ask("code", "Code from the authenticator (or a recovery code): ");
  } else if (verb == "user add" || verb == "user password") {
    args["password"] = Source(from_input).ask_new();
  } else if (verb == "user break-glass" && args.erase("new_password") > 0) {
    args["password"] = Source(from_input).ask_new();
  }
}

}  // namespace tenure::client
