// All cameras, each on one of the camera io threads. apply() and stop() on the daemon's thread; status() on any.
#pragma once
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "daemon/io_thread.h"
#include "ingest/camera.h"

namespace tenure::daemon {

class Cameras {
 public:
  Cameras(std::size_t threads, storage::Recorder& recorder, const Clock& clock);
  ~Cameras();
  // Starts what is new, stops what is gone, restarts what differs; leaves the rest alone.
  struct Change {
    std::size_t started = 0, stopped = 0, kept = 0;
  };
  // `since`: monotonic time until which the daemon has told of each, at its start (storage/recording/downtime.h).
  Change apply(const std::vector<config::Camera>& wanted, std::optional<Duration> since = std::nullopt);
  std::vector<ingest::CameraStatus> status() const;
  bool check_alive();
  // Tells every camera to end; does not wait.
  void begin_stop();
  // Waits for them. False when some had to be cut off.
  bool finish_stop(Duration patience);

 private:
  struct Running {
    config::Camera settings;
    std::unique_ptr<ingest::Camera> camera;
  };
  void start(const config::Camera& settings, std::optional<Duration> since);
  void stop_locked(const std::string& name);
  // Destroyed bottom up: the cameras that go must outlive their threads' work, never the threads themselves.
  std::vector<std::unique_ptr<IoThread>> threads_;
  storage::Recorder& recorder_;
  const Clock& clock_;
  std::size_t next_thread_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, Running> running_;
  std::list<std::unique_ptr<ingest::Camera>> ended_;
};

bool same(const config::Camera& a, const config::Camera& b);

}  // namespace tenure::daemon
