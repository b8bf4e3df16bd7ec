// The daemon while its catalogue can be neither opened nor rebuilt (I14): cameras are recorded, every question at the
// control socket is answered with why, and nothing is deleted. Now and then it looks whether the catalogue can be used
// again, and ends, so that a full start can be tried.
#pragma once
#include <memory>

#include "config/settings.h"
#include "storage/types.h"

namespace tenure::daemon {

class RecordOnly {
 public:
  // `why` the start failed; `again`: this process has only recorded until now. Throws Error when nothing can be recorded
  // either.
  RecordOnly(config::Settings settings, std::string why, bool again = false);
  ~RecordOnly();
  enum class Ended { stopped, try_again };
  // Until SIGTERM or SIGINT; or, not before `pause` is over, when the catalogue may be usable again.
  Ended run(Duration pause);
  std::vector<storage::Gap> gaps() const;  // not recorded all the same; after run()

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Starts the daemon and runs it: whole, or recording only for as long as it must. Returns the exit status.
int start_and_run(const config::Settings& settings);

}  // namespace tenure::daemon
