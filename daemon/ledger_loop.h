// The `ledger` thread: carries new entries to the files within a second, and makes batches, heartbeats, checkpoints and
// copies when they are due. What fails is in the ledger's status and tried again.
#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage/ledger/ledger.h"

namespace tenure::daemon {

class LedgerLoop {
 public:
  explicit LedgerLoop(storage::Ledger& ledger) : ledger_(ledger) {}
  ~LedgerLoop();  // stop()
  void start();
  void stop();    // after one last round, so that the files are whole
 private:
  void loop();
  storage::Ledger& ledger_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tenure::daemon
