// What a verb's handler may reach: the rooms below and what the service knows of itself. No transport. The functions may
// be called from any thread.
#pragma once
#include <atomic>
#include <functional>
#include <memory>

#include "config/settings.h"
#include "daemon/access/access.h"
#include "ingest/camera.h"
#include "ingest/drop_folder.h"
#include "storage/storage.h"

namespace tenure::daemon {

class TimeKeeping;

struct SweepStatus {
  bool first_done = false;  // what fell due while we were stopped is gone (I5)
  std::optional<Instant> last_run;
  std::uint64_t deleted = 0;  // since the start
  std::string problem;        // why the last one failed; empty when it did not
};

struct Rooms {
  storage::Storage& storage;
  const Clock& clock;
  std::function<std::shared_ptr<const config::Settings>()> settings;
  std::function<std::vector<ingest::CameraStatus>()> cameras;
  std::function<std::vector<ingest::DropFolderStatus>()> folders;
  std::function<SweepStatus()> sweep;
  std::function<std::vector<std::string>()> proposals;  // settings that differ from the policy in force (I10)
  const std::atomic<bool>& stopping;
  Instant started;
  Access& access;
  TimeKeeping* time = nullptr;  // none: the clock is a simulated one
};

}  // namespace tenure::daemon
