// For the RTSP tests: a camera process and a handler that keeps what it is given.
#pragma once
#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "ingest/rtsp/session.h"

namespace tenure::ingest::rtsp {

// A child process that prints a line beginning with "ready" and ends when its standard input does.
class CameraProcess {
 public:
  explicit CameraProcess(const std::vector<std::string>& command);
  ~CameraProcess();
  CameraProcess(const CameraProcess&) = delete;
  CameraProcess& operator=(const CameraProcess&) = delete;
  int port() const { return port_; }
  void tell(const std::string& line);
  // The next line it prints, empty at its end. Throws Error{unavailable} when two minutes bring nothing.
  std::string line();
  std::string url(const std::string& path) const { return "rtsp://127.0.0.1:" + std::to_string(port_) + "/" + path; }

 private:
  pid_t child_ = -1;
  int input_ = -1, output_ = -1, port_ = 0;
};

CameraProcess& hostile_camera();  // one for the whole run
std::string support_file(const std::string& name);

struct Recorded : Handler {
  std::vector<StreamInfo> streams;
  std::vector<AccessUnit> units;
  std::vector<SenderReport> reports;
  std::size_t reads = 0;
  std::function<bool()> enough = [] { return false; };  // ends the session when true
  Session* session = nullptr;
  void on_playing(const std::vector<StreamInfo>& infos) override { streams = infos; }
  void on_unit(AccessUnit unit) override {
    units.push_back(std::move(unit));
    if (enough()) session->stop();
  }
  void on_sender_report(const SenderReport& report) override { reports.push_back(report); }
  void on_read(std::size_t) override { ++reads; }
  std::size_t pictures() const;
};

struct Outcome {
  Recorded got;
  std::string error;      // empty: ended by stop()
  ErrorKind kind = ErrorKind::internal;
  double seconds = 0;
};
// Runs one session until `enough` pictures have come or it fails; fails the test when that takes longer than 100 s.
Outcome run_session(SessionSettings settings, std::size_t pictures);
// Reads often, and waits far longer than a camera needs.
SessionSettings quick(const std::string& url);

}  // namespace tenure::ingest::rtsp
