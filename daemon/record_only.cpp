#include "daemon/record_only.h"

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>

#include "base/error.h"
#include "base/log.h"
#include "base/synchronized.h"
#include "daemon/cameras.h"
#include "daemon/control/server.h"
#include "daemon/keeping.h"
#include "daemon/notify.h"
#include "daemon/rebuild.h"
#include "daemon/service.h"
#include "daemon/start_progress.h"
#include "daemon/state_lock.h"
#include "daemon/stop_guard.h"
#include "daemon/watchdog.h"
#include "storage/recording/downtime.h"
#include "storage/recovery/bare_recording.h"

namespace tenure::daemon {
namespace asio = boost::asio;

namespace {
constexpr Duration kStopLimit = Millis(4800), kCameraPatience = Millis(1500);  // as of a whole daemon
constexpr Duration kLookEvery = Seconds(10), kFirstPause = Seconds(20), kLongestPause = std::chrono::hours(1);
constexpr std::size_t kQueue = 32;
constexpr auto kPage = "docs/guide/recovery.md, \"When the catalogue cannot be used\", says what to do";

Path owned(const Path& state) {
  must_own(state);
  return state;
}
}  // namespace

// Members are in the order of their start; they are destroyed the other way round.
struct RecordOnly::State {
  State(config::Settings read, std::string cause, bool once_more)
      : settings(std::move(read)),
        lock(owned(settings.storage.path)),
        clock(settings.storage.path / "clock-mark", /*kept=*/true),
        why(std::move(cause)),
        storage(settings, clock),
        since(clock.now()),
        again(once_more),
        cameras(1, storage.recorder(), clock),
        server(io, settings.socket,
               {[this](const auto&...) -> std::string { throw Error(ErrorKind::unavailable, text()); }, stopping},
               Pools{requests, requests, requests}) {}
  std::string text() const;
  void start();
  void tick();
  void look();
  void stop();

  const config::Settings settings;
  StateLock lock;
  SystemClock clock;
  mutable Synchronized<std::string> why;
  asio::io_context io{1};
  asio::signal_set signals{io, SIGTERM, SIGINT, SIGHUP};
  asio::steady_timer tick_timer{io};
  std::atomic<bool> stopping{false};
  Keeping keeping{clock};
  storage::BareRecording storage;
  const Instant since;
  const bool again;
  Duration not_before{};  // on the clock that never steps
  Ended ended = Ended::stopped;
  Cameras cameras;
  Watchdog watchdog{io, [this] { return cameras.check_alive(); }};  // a camera thread that hangs counts too
  WorkerPool requests{"requests", 1, kQueue};
  Server server;
};

std::string RecordOnly::State::text() const {
  std::size_t recording = 0;
  const auto all = keeping.judge(cameras.status());
  for (const auto& camera : all) recording += camera.state == "recording";
  return fmt::format(
      "The catalogue cannot be used, since {}: {} {} of {} cameras are recorded all the same; until it is back nothing "
      "can be "
      "shown, exported, held or deleted, and calls stay where they are. It is tried again by itself; {}.",
      to_rfc3339(std::chrono::floor<Seconds>(since)), *why.lock(), recording, all.size(), kPage);
}

void RecordOnly::State::start() {
  try {
    prove_time(clock, settings.storage.path);
  } catch (const std::exception& error) {
    log_warning("event=ledger-files-not-read cause=\"{}\" effect=\"the time stays in doubt\"", log_safe(error.what()));
  }
  const auto& folder = settings.storage.path;
  const auto told = clock.monotonic();
  storage::note_bare_start(folder, {clock.trusted(), storage::lived_until((folder / "clock-mark").string()), again});
  storage.recorder().on_failure(
      [this](const std::string& source, const std::string& cause) { keeping.failed(source, cause); });
  cameras.apply(settings.cameras, told);
  server.start();
  signals.async_wait([this](const boost::system::error_code& error, int number) {
    if (error) return;
    log_info("event=stopping signal={}", number);
    // A reload asks that it be tried at once.
    ended = number == SIGHUP ? Ended::try_again : Ended::stopped;
    io.stop();
  });
  tick();
  watchdog.watch();
  notify_ready("recording only: the catalogue cannot be used");
  log_error("event=recording-only cause=\"{}\" effect=\"nothing is shown, held or deleted; calls wait\" remedy=\"{}\"",
            log_safe(*why.lock()), kPage);
}

void RecordOnly::State::tick() {
  notify_status("RECORDING ONLY. " + log_safe(text()));
  tick_timer.expires_after(kLookEvery);
  tick_timer.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    if (!requests.post([this] { look(); })) log_warning("event=catalogue-not-looked-at cause=\"busy\"");
    tick();
  });
}

void RecordOnly::State::look() {
  clock.save_mark();
  auto trouble = storage::catalogue_trouble(settings.storage.path);
  if (!trouble.empty()) {
    *why.lock() = std::move(trouble);
    return;
  }
  if (clock.monotonic() < not_before) return;
  asio::post(io, [this] {
    ended = Ended::try_again;
    io.stop();
  });
}

void RecordOnly::State::stop() {
  if (ended == Ended::stopped) notify_stopping();
  StopGuard guard(kStopLimit);
  stopping = true;
  server.stop();
  cameras.begin_stop();
  guard.part("cameras");
  if (!cameras.finish_stop(kCameraPatience)) log_warning("event=stop cameras=\"cut off without TEARDOWN\"");
  guard.part("recorder");
  storage.recorder().stop();
  guard.part("requests");
  requests.stop();
  clock.save_mark();
  guard.part("sessions");
  io.restart();
  io.run_for(Millis(200));
}

RecordOnly::RecordOnly(config::Settings settings, std::string why, bool again)
    : state_(std::make_unique<State>(std::move(settings), std::move(why), again)) {}
RecordOnly::~RecordOnly() = default;

RecordOnly::Ended RecordOnly::run(Duration pause) {
  std::signal(SIGPIPE, SIG_IGN);
  state_->not_before = state_->clock.monotonic() + pause;
  state_->start();
  state_->io.run();
  state_->stop();
  return state_->ended;
}

std::vector<storage::Gap> RecordOnly::gaps() const { return state_->storage.recorder().kept_gaps(); }

namespace {
struct Attempt {
  std::unique_ptr<Service> service;
  std::string why;     // there is none
  bool final = false;  // a mistake of a person, and no fault of the catalogue
};

Attempt attempt(const config::Settings& settings, const std::vector<storage::Gap>& gaps, bool again) {
  bool rebuilt = false;
  try {
    rebuild_if_missing(settings);
    rebuilt = true;
    StartProgress progress(/*watched=*/again);
    auto service = std::make_unique<Service>(settings, [&progress](const std::string& doing) { progress.step(doing); });
    service->start(gaps, again);
    return {std::move(service), {}};
  } catch (const Error& error) {
    const bool mistake = rebuilt && (error.kind() == ErrorKind::refused || error.kind() == ErrorKind::usage);
    return {nullptr, error.what(), mistake};
  } catch (const std::exception& error) {
    return {nullptr, error.what()};
  }
}
}  // namespace

int start_and_run(const config::Settings& settings) {
  std::vector<storage::Gap> gaps;
  bool again = false;
  for (Duration pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
    auto tried = attempt(settings, gaps, again);
    if (tried.service) {
      notify_watched_again();
      return tried.service->run();
    }
    if (tried.final) throw Error(ErrorKind::refused, tried.why);
    std::unique_ptr<RecordOnly> recording;
    try {
      recording = std::make_unique<RecordOnly>(settings, tried.why, again);
    } catch (const std::exception& error) {
      throw Error(ErrorKind::unavailable, tried.why + " Nothing can be recorded either: " + error.what());
    }
    notify_watched_again();
    if (recording->run(pause) == RecordOnly::Ended::stopped) return 0;
    again = true;
    notify_long_work();
    auto more = recording->gaps();
    std::move(more.begin(), more.end(), std::back_inserter(gaps));
  }
}

}  // namespace tenure::daemon
