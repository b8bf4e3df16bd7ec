#include "daemon/sweep_loop.h"

#include <algorithm>

#include "base/log.h"
#include "base/told.h"
#include "base/worker_thread.h"

namespace tenure::daemon {

namespace {
constexpr Duration kLongestWait = Seconds(30);
constexpr Duration kShortestWait = Seconds(1);  // what cannot be deleted yet must not make the loop spin
constexpr Duration kAfterFailure = Seconds(5);
constexpr Duration kMarkEvery = std::chrono::minutes(5);
}  // namespace

storage::SweepReport sweep_and_relieve(storage::Storage& storage) {
  storage::SweepReport report;
  std::exception_ptr failure;
  try {
    report = storage.sweeper().sweep();
  } catch (...) {
    failure = std::current_exception();
  }
  // None of these keeps another from its turn, or content closed.
  const auto also = [&report](const auto& act) {
    try {
      act();
    } catch (const std::exception& error) {
      if (report.problem.empty()) report.problem = error.what();
    }
  };
  also([&] { storage.settle_failed(); });
  also([&] { storage.pressure().relieve(); });
  also([&] { storage.erasures().certify(); });
  also([&] { storage.keep_policy_file(); });  // a change may have come into force
  if (failure) std::rethrow_exception(failure);
  return report;
}

Duration until_next_sweep(const std::optional<Instant>& next, Instant lo) {
  if (!next) return kLongestWait;
  return std::clamp<Duration>(*next - lo, kShortestWait, kLongestWait);
}

SweepLoop::SweepLoop(const Clock& clock, Hooks hooks) : clock_(clock), hooks_(std::move(hooks)), mark_saved_(clock.monotonic()) {}

SweepLoop::~SweepLoop() { stop(); }

void SweepLoop::start() { thread_ = std::thread([this] { loop(); }); }

void SweepLoop::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

SweepStatus SweepLoop::status() const {
  const std::scoped_lock lock(mutex_);
  return status_;
}

void SweepLoop::loop() {
  name_this_thread("sweep");
  while (true) {
    const Duration wait = sweep_once();
    save_mark_if_due();
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, wait, [this] { return stopping_; })) return;
  }
}

Duration SweepLoop::sweep_once() {
  try {
    const auto report = hooks_.sweep();
    bool first = false;
    {
      const std::scoped_lock lock(mutex_);
      if (!report.problem.empty() && report.problem != status_.problem)
        log_error("event=sweep-incomplete cause=\"{}\" effect=\"it is tried again\"", log_safe(report.problem));
      first = !std::exchange(status_.first_done, true);
      status_.last_run = clock_.now();
      status_.deleted += report.deleted;
      status_.problem = report.problem;
    }
    if (report.deleted > 0) log_info("event=sweep deleted={} bytes={} held_back={}", report.deleted, report.bytes, report.held_back);
    if (first && hooks_.first_done) hooks_.first_done();
    return until_next_sweep(report.next, clock_.trusted().lo);
  } catch (const std::exception& error) {
    log_error("event=sweep-failed cause=\"{}\" retry={}", error.what(), to_text(kAfterFailure));
    const std::scoped_lock lock(mutex_);
    status_.problem = told(error);
    return kAfterFailure;
  }
}

void SweepLoop::save_mark_if_due() {
  if (clock_.monotonic() - mark_saved_ < kMarkEvery) return;
  mark_saved_ = clock_.monotonic();
  try {
    hooks_.save_mark();
  } catch (const std::exception& error) {
    log_error("event=clock-mark-not-saved cause=\"{}\"", error.what());
  }
}

}  // namespace tenure::daemon
