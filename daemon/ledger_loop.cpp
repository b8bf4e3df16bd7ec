#include "daemon/ledger_loop.h"

#include "base/worker_thread.h"

namespace tenure::daemon {

static constexpr Duration kEvery = Millis(250);

LedgerLoop::~LedgerLoop() { stop(); }

void LedgerLoop::start() { thread_ = std::thread([this] { loop(); }); }

void LedgerLoop::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void LedgerLoop::loop() {
  name_this_thread("ledger");
  bool stopping = false;
  while (!stopping) {
    while (ledger_.tick()) {}
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kEvery, [this] { return stopping_; });
    stopping = stopping_;
  }
  ledger_.tick();
}

}  // namespace tenure::daemon
