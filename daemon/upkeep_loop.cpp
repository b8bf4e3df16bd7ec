#include "daemon/upkeep_loop.h"

#include <malloc.h>
#include <sys/resource.h>

#include "base/log.h"
#include "base/worker_thread.h"
#include "daemon/promise_report.h"

namespace tenure::daemon {

namespace {
constexpr Duration kEvery = std::chrono::minutes(1), kAfterFailure = std::chrono::hours(1);
constexpr Duration kAfterStart = std::chrono::minutes(10);  // a start has enough to do
constexpr int kNice = 15;
constexpr int kLedgerYears = 6;
}  // namespace

Instant ledger_horizon(Instant now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  auto date = std::chrono::year_month_day(day) - std::chrono::years(kLedgerYears);
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  return Instant(std::chrono::sys_days(date)) + (now - day);
}

UpkeepLoop::~UpkeepLoop() { stop(); }

void UpkeepLoop::start() {
  thread_ = std::thread([this] { loop(); });
}

void UpkeepLoop::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void UpkeepLoop::loop() {
  name_this_thread("upkeep");
  ::setpriority(PRIO_PROCESS, 0, kNice);  // on Linux: of this thread
  Duration wait = kAfterStart;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, wait, [this] { return stopping_; })) return;
    }
    if (!rooms_.sweep().first_done) continue;
    const bool reported = attempt([this] { report(); });
    const bool copied = attempt([this] { back_up(); });
    wait = reported && copied ? kEvery : kAfterFailure;
  }
}

bool UpkeepLoop::attempt(const std::function<void()>& part) {
  try {
    part();
    return true;
  } catch (const std::exception& error) {
    if (!rooms_.stopping) log_error("event=upkeep-failed cause=\"{}\" retry={}", log_safe(error.what()), to_text(kAfterFailure));
    return false;
  }
}

void UpkeepLoop::back_up() {
  auto& backups = rooms_.storage.backups();
  if (backups.data_is_due()) backups.back_up_data_nightly([this] { return rooms_.stopping.load(); });
}

void UpkeepLoop::report() {
  if (!night_report_is_due(rooms_.settings()->storage.path, rooms_.clock.now())) return;
  const auto dropped =
      rooms_.storage.ledger().prune(ledger_horizon(rooms_.clock.trusted().lo), {"tenured"}, "six years are over");
  if (dropped > 0) log_info("event=ledger-pruned entries={}", dropped);
  make_night_report(rooms_);
  ::malloc_trim(0);  // it read everything: what that took is not needed until tomorrow
}

}  // namespace tenure::daemon
