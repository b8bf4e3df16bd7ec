// The whole daemon, from settings to clean stop. Its order at the start: the lock, trusted time, storage opened and
// recovered, then recording and the control socket, then what fell due is deleted (what tells of recordings is not
// answered before, I5), then the call folders. The main thread runs the control socket and the timers.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "config/settings.h"
#include "storage/types.h"

namespace tenure::daemon {

class Service {
 public:
  // Opens everything; throws Error saying what to do. `progress` is called at each step with what is being done.
  explicit Service(config::Settings settings, const std::function<void(const std::string& doing)>& progress = {});
  ~Service();
  // Recording begins, then the control socket answers. `gaps`: what was not recorded while the catalogue was away;
  // `recorded_only`: this process has recorded without it until now.
  void start(const std::vector<storage::Gap>& gaps = {}, bool recorded_only = false);
  // After start(), until SIGTERM or SIGINT; SIGHUP reads the settings again. Returns the exit status.
  int run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tenure::daemon
