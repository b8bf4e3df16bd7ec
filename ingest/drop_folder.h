// Watches one folder that a telephone system drops recordings into. inotify is a hint, the rescan is the truth. Runs on
// its own thread; status() from any thread. Never touches a source file before our copy is committed.
#pragma once
#include <memory>

#include "base/clock.h"
#include "config/settings.h"
#include "storage/calls/call_store.h"

namespace tenure::ingest {

struct DropProblem {
  std::string file;   // its name, made safe; never a phone number (names hold them: shown as "…0123" at most)
  std::string why;    // and what to do
  Instant since;
};

struct DropFolderStatus {
  std::string name, folder, state;   // "watching", "offline"
  std::string why;
  std::uint64_t imported = 0, known = 0, waiting = 0, needs_details = 0;
  std::vector<DropProblem> problems; // at most 50, newest first
  std::optional<Instant> last_import;
};

class DropFolder {
 public:
  DropFolder(config::Calls settings, storage::CallStore& store, const Clock& clock);
  ~DropFolder();           // stop()
  void start();            // its thread: inotify, settling files, rescans
  void stop();
  void scan_now();         // one pass over the folder on the calling thread; what tests and `start` both use
  DropFolderStatus status() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tenure::ingest
