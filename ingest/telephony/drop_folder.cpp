#include "ingest/drop_folder.h"

#include <atomic>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "base/synchronized.h"
#include "base/worker_thread.h"
#include "ingest/telephony/scanner.h"
#include "ingest/telephony/watcher.h"

namespace tenure::ingest {

namespace {
constexpr Duration kOfflineRetry = Seconds(10);
constexpr std::chrono::milliseconds kRescanPause(500);  // however often folders come and go
constexpr Duration kShortestWait = Millis(200);
}  // namespace

struct DropFolder::State {
  State(config::Calls given, storage::CallStore& store, const Clock& clock)
      : settings(std::move(given)), scanner(settings, store, clock), watcher(settings.folder) {
    *published.lock() = scanner.status();
  }

  bool scan() {
    const std::scoped_lock lock(mutex);
    const bool readable = scanner.scan([this](const std::string& folder) { watcher.add(folder); });
    *published.lock() = scanner.status();
    return readable;
  }

  void follow(const Watcher::Hints& hints) {
    const std::scoped_lock lock(mutex);
    for (const std::string& path : hints.paths) scanner.look(path);
    scanner.work();
    *published.lock() = scanner.status();
  }

  // How long nothing needs doing if nobody tells of an event.
  Duration until_next_look() {
    const std::scoped_lock lock(mutex);
    return scanner.idle() ? settings.rescan : std::max(kShortestWait, std::min<Duration>(settings.settle / 4, Seconds(2)));
  }

  // One pass of the thread's loop; gives the time of the next full scan.
  std::chrono::steady_clock::time_point step(std::chrono::steady_clock::time_point next_scan) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_scan) return now + (scan() ? settings.rescan : std::min(kOfflineRetry, settings.rescan));
    const auto left = std::chrono::duration_cast<Duration>(next_scan - now);
    const Watcher::Hints hints = watcher.wait(std::min(left, until_next_look()));
    if (hints.rescan) return std::min(next_scan, now + kRescanPause);
    follow(hints);
    return next_scan;
  }

  void run() {
    name_this_thread("calls");
    auto next_scan = std::chrono::steady_clock::now();
    while (!stopping) {
      try {
        next_scan = step(next_scan);
      } catch (const std::exception& error) {
        log_error("calls={} cause=\"{}\" action=\"scanned again in 10 s\"", settings.name, log_safe(error.what()));
        published.lock()->why = "cannot work at the moment: " + std::string(error.what());
        watcher.wait(kOfflineRetry);
        next_scan = std::chrono::steady_clock::now();
      }
    }
  }

  const config::Calls settings;
  std::mutex mutex;  // of the scanner and the watcher's list: scan_now() may come from another thread
  Scanner scanner;
  Watcher watcher;
  Synchronized<DropFolderStatus> published;
  std::atomic<bool> stopping = false;
  std::thread thread;
};

DropFolder::DropFolder(config::Calls settings, storage::CallStore& store, const Clock& clock)
    : state_(std::make_unique<State>(std::move(settings), store, clock)) {}
DropFolder::~DropFolder() { stop(); }

void DropFolder::start() {
  if (!state_->thread.joinable()) state_->thread = std::thread([state = state_.get()] { state->run(); });
}

void DropFolder::stop() {
  state_->stopping = true;
  state_->watcher.wake();
  if (state_->thread.joinable()) state_->thread.join();
}

void DropFolder::scan_now() { state_->scan(); }
DropFolderStatus DropFolder::status() const { return *state_->published.lock(); }

}  // namespace tenure::ingest
