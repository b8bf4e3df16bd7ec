#include "rtsp_probe.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <cstdlib>

namespace tenure::ingest::rtsp {

namespace {
constexpr int kPatience = 120'000;  // ms
}  // namespace

CameraProcess::CameraProcess(const std::vector<std::string>& command) {
  int to[2], from[2];
  if (pipe(to) != 0 || pipe(from) != 0) std::abort();
  child_ = fork();
  if (child_ == 0) {
    dup2(to[0], 0);
    dup2(from[1], 1);
    for (const int end : {to[0], to[1], from[0], from[1]}) close(end);
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  input_ = to[1];
  output_ = from[0];
  const auto ready = line();
  port_ = std::atoi(ready.substr(ready.find_last_of(' ') + 1).c_str());
}

CameraProcess::~CameraProcess() {
  close(input_);
  close(output_);
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

void CameraProcess::tell(const std::string& text) {
  const auto whole = text + "\n";
  if (write(input_, whole.data(), whole.size()) < 0) std::abort();
}

std::string CameraProcess::line() {
  std::string out;
  pollfd readable{output_, POLLIN, 0};
  for (char c = 0; c != '\n';) {
    if (poll(&readable, 1, kPatience) == 0) throw Error(ErrorKind::unavailable, "the camera's process says nothing more behind \"" + out + "\"");
    if (read(output_, &c, 1) != 1) break;
    if (c != '\n') out += c;
  }
  return out;
}

std::string support_file(const std::string& name) {
  return std::string(TENURE_TESTS_FOLDER) + "/support/" + name;
}

CameraProcess& hostile_camera() {
  static CameraProcess camera({"/usr/bin/python3", support_file("hostile_camera.py")});
  return camera;
}

std::size_t Recorded::pictures() const {
  return static_cast<std::size_t>(std::ranges::count_if(units, [](const AccessUnit& unit) { return media::is_video(unit.codec); }));
}

SessionSettings quick(const std::string& url) {
  SessionSettings settings;
  settings.url = url;
  settings.reply_timeout = settings.connect_timeout = settings.silence = Seconds(20);  // a busy machine keeps a camera waiting
  settings.drain_tick = Millis(20);
  return settings;
}

Outcome run_session(SessionSettings settings, std::size_t pictures) {
  Outcome out;
  boost::asio::io_context io;
  SimulatedClock clock(instant_from_micros(1'700'000'000'000'000));
  const auto begin = std::chrono::steady_clock::now();
  bool ended = false;
  const auto finish = [&](std::exception_ptr failed) {
    ended = true;
    if (!failed) return;
    try {
      std::rethrow_exception(failed);
    } catch (const Error& error) {
      out.error = error.message();
      out.kind = error.kind();
    }
  };
  try {
    Session session(io, std::move(settings), clock, out.got);
    out.got.session = &session;
    out.got.enough = [&] { return out.got.pictures() >= pictures; };
    boost::asio::co_spawn(io, session.run(), finish);
    io.run_for(std::chrono::seconds(100));
    EXPECT_TRUE(ended) << "the session did not end in time";
  } catch (const Error& error) {
    out.error = error.message();
    out.kind = error.kind();
  }
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return out;
}

}  // namespace tenure::ingest::rtsp
