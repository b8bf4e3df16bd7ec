#include "daemon/service.h"

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/filesystem/operations.hpp>
#include <csignal>

#include "base/log.h"
#include "base/synchronized.h"
#include "config/reader.h"
#include "daemon/cameras.h"
#include "daemon/control/server.h"
#include "daemon/control/verbs.h"
#include "daemon/disk_warning.h"
#include "daemon/keeping.h"
#include "daemon/ledger_loop.h"
#include "daemon/notify.h"
#include "daemon/reload.h"
#include "daemon/scrub_loop.h"
#include "daemon/state_lock.h"
#include "daemon/stop_guard.h"
#include "daemon/sweep_loop.h"
#include "daemon/time_keeping.h"
#include "daemon/upkeep_loop.h"
#include "daemon/watchdog.h"
#include "storage/recording/downtime.h"

namespace tenure::daemon {
namespace asio = boost::asio;
using SharedSettings = std::shared_ptr<const config::Settings>;
namespace {
constexpr Duration kStopLimit = Millis(4800);     // of the whole clean stop
constexpr Duration kCameraPatience = Millis(1500);  // for TEARDOWNs to be answered
constexpr Duration kStatusEvery = Seconds(10), kTidyEvery = std::chrono::minutes(1);
constexpr std::size_t kCamerasOnOneThread = 16, kRequestThreads = 2, kJobThreads = 2, kQueue = 32, kLoginQueue = 8;

std::size_t camera_threads(std::size_t cameras) { return cameras > kCamerasOnOneThread && std::thread::hardware_concurrency() > 1 ? 2 : 1; }
}  // namespace

// Members are in the order of their start; they are destroyed the other way round.
struct Service::State {
  State(config::Settings read, const storage::Progress& progress);
  Rooms make_rooms();
  void start(const std::vector<storage::Gap>& gaps, bool recorded_only);
  void start_folders();
  void wait_for_signal();
  void on_signal(int number);
  void reload();
  void apply_cameras(const config::Settings& now);
  void show_status();
  void tidy();
  void tidy_up();
  void stop();
  std::vector<std::string> proposals();
  SharedSettings current() { return *settings.lock(); }

  Synchronized<SharedSettings> settings;
  StateLock lock;
  SystemClock clock;
  asio::io_context io{1};
  asio::signal_set signals{io, SIGTERM, SIGINT, SIGHUP};
  asio::steady_timer status_timer{io}, tidy_timer{io};
  std::atomic<bool> stopping{false};
  Keeping keeping{clock};
  storage::Storage storage;
  TimeKeeping time;
  Cameras cameras;
  Watchdog watchdog{io, [this] { return cameras.check_alive(); }};  // a camera thread that hangs counts too
  Synchronized<std::vector<std::unique_ptr<ingest::DropFolder>>> folders;
  SweepLoop sweep;
  LedgerLoop ledger;
  ScrubLoop scrub{storage};
  WorkerPool requests{"requests", kRequestThreads, kQueue}, jobs{"jobs", kJobThreads, kQueue}, logins{"logins", 1, kLoginQueue};
  Access access;
  Rooms rooms;
  UpkeepLoop upkeep;
  Server server;
};

Service::State::State(config::Settings read, const storage::Progress& progress)
    : settings(std::make_shared<const config::Settings>(std::move(read))),
      lock(current()->storage.path),
      clock(current()->storage.path / "clock-mark", boost::filesystem::exists(current()->storage.path / "catalogue" / "catalogue.db")),
      storage(*current(), clock, progress),
      time(clock, storage.catalogue()),
      cameras(camera_threads(current()->cameras.size()), storage.recorder(), clock),
      sweep(clock, {[this] { return sweep_and_relieve(storage); }, [this] { clock.save_mark(); },
                    [this] { asio::post(io, [this] { start_folders(); }), scrub.start(); }}),
      ledger(storage.ledger()),
      access(storage, clock, [this] { return current(); }, action_of),
      rooms(make_rooms()),
      upkeep(rooms),
      server(io, current()->socket, desk_of(rooms), Pools{requests, jobs, logins}) {}

Rooms Service::State::make_rooms() {
  return Rooms{storage, clock, [this] { return current(); }, [this] { return keeping.judge(cameras.status()); },
               [this] {
                 std::vector<ingest::DropFolderStatus> all;
                 auto locked = folders.lock();  // named: the lock must outlive the loop
                 for (const auto& folder : *locked) all.push_back(folder->status());
                 return all;
               },
               [this] { return sweep.status(); }, [this] { return proposals(); }, stopping, clock.now(), access, &time};
}

// What the settings say that is not in force, as of now (I10).
std::vector<std::string> Service::State::proposals() {
  std::vector<std::string> texts;
  for (auto& proposal : storage::policy_proposals(storage.catalogue().policy(), current()->classes)) texts.push_back(std::move(proposal.text));
  return texts;
}

void Service::State::start(const std::vector<storage::Gap>& gaps, bool recorded_only) {
  const auto now = current();
  warn_of_disk(*now, storage.key_rotation().status());
  const auto& report = storage.recovery();
  log_info("event=recovered salvaged={} adopted={} quarantined={} deletions_finished={} lost={} stray_holds={}", report.salvaged,
           report.adopted, report.quarantined, report.finished_deletions, report.lost, report.stray_holds);
  for (const auto& proposal : storage.policy_differences()) log_warning("event=policy-proposal difference=\"{}\"", log_safe(proposal));
  storage.recorder().on_failure([this](const std::string& source, const std::string& cause) { keeping.failed(source, cause); });
  for (const auto& camera : now->cameras) storage.catalogue().ensure_source(camera.name, camera.cls, storage::Kind::camera);
  for (const auto& calls : now->calls) storage.catalogue().ensure_source(calls.name, calls.cls, storage::Kind::calls);
  for (const auto& gap : gaps) storage.recorder().gap(gap.source, gap.span, gap.cause);
  if (!gaps.empty()) storage.recorder().flush();
  const auto lived = storage::lived_until((now->storage.path / "clock-mark").string());  // before it is saved anew
  time.start();
  const auto told = clock.monotonic();
  storage::tell_downtime(storage.catalogue(), clock, now->cameras, lived, storage::bare_starts(now->storage.path), recorded_only);
  storage::forget_bare_starts(now->storage.path);
  cameras.apply(now->cameras, told);
  server.start();
  sweep.start();
  ledger.start();
  upkeep.start();
  wait_for_signal();
  show_status();
  tidy();
  watchdog.watch();
  notify_ready(fmt::format("recording {} cameras", now->cameras.size()));
  log_info("event=started version={} cameras={} call_folders={} state={} socket={} trial={}", TENURE_VERSION, now->cameras.size(),
           now->calls.size(), now->storage.path.string(), now->socket.string(), now->storage.trial);
}

// After the first sweep, so that what has just been erased is not met again before its tombstone lies (I15).
void Service::State::start_folders() {
  if (stopping) return;
  const auto now = current();
  auto all = folders.lock();
  for (const auto& calls : now->calls) {
    all->push_back(std::make_unique<ingest::DropFolder>(calls, storage.calls(), clock));
    all->back()->start();
  }
}

void Service::State::wait_for_signal() {
  signals.async_wait([this](const boost::system::error_code& error, int number) {
    if (!error) on_signal(number);
  });
}

void Service::State::on_signal(int number) {
  if (number != SIGHUP) {
    log_info("event=stopping signal={}", number == SIGTERM ? "SIGTERM" : "SIGINT");
    io.stop();
    return;
  }
  try {
    reload();
  } catch (const std::exception& error) {
    log_error("event=reload-failed cause=\"{}\" effect=\"the settings before stay in force\"", error.what());
  }
  wait_for_signal();
}

void Service::State::reload() {
  const auto before = current();
  const auto read = config::read_settings(before->file);
  if (!read.ok()) {
    log_error("event=reload-refused problems={} effect=\"the settings before stay in force\"", read.problems.size());
    log_error("{}", config::describe(read));
    return;
  }
  for (const auto& name : needs_restart(*before, read.settings)) log_warning("event=reload setting={} effect=\"after a restart\"", name);
  const auto next = std::make_shared<const config::Settings>(without_restart(*before, read.settings));
  *settings.lock() = next;
  const auto adopt = [this, next] {
    adopt_each({{"access", [&] { access.adopt_settings(); }},
                {"cameras", [&] { storage.adopt_sources(*next); }},
                {"class", [&] {
                   storage.catalogue().adopt_policy(next->classes, clock.now());
                   for (const auto& proposal : proposals()) log_warning("event=policy-proposal difference=\"{}\"", log_safe(proposal));
                   storage.keep_policy_file();
                 }}});
    asio::post(io, [this, next] { apply_cameras(*next); });  // whatever the catalogue says (I14)
  };
  if (requests.post(adopt)) return;
  log_error("event=reload-failed part=\"all but cameras\" cause=\"busy\" effect=\"send SIGHUP again\"");
  apply_cameras(*next);
}

void Service::State::apply_cameras(const config::Settings& now) {
  const auto change = cameras.apply(now.cameras);
  log_info("event=reloaded cameras_started={} cameras_stopped={} cameras_kept={}", change.started, change.stopped, change.kept);
}

void Service::State::show_status() {
  std::size_t recording = 0;
  const auto all = keeping.judge(cameras.status());
  for (const auto& camera : all) recording += camera.state == "recording";
  notify_status(fmt::format("{} of {} cameras recording", recording, all.size()));
  status_timer.expires_after(kStatusEvery);
  status_timer.async_wait([this](const boost::system::error_code& error) {
    if (!error) show_status();
  });
}

// A minute that is skipped because the queue is full is made up for by the next.
void Service::State::tidy() {
  tidy_timer.expires_after(kTidyEvery);
  tidy_timer.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    if (!jobs.post([this] { storage.backups().tick(); })) log_warning("event=backup-check-skipped cause=\"busy\"");
    if (!requests.post([this] { tidy_up(); })) log_warning("event=tidy-skipped cause=\"busy\"");
    tidy();
  });
}

void Service::State::tidy_up() {
  access.tidy();
  try {
    storage.holds().remind();
    storage.holds().drop_ended_files();
  } catch (const std::exception& error) {
    log_error("event=reminders-failed cause=\"{}\"", error.what());
  }
}

void Service::State::stop() {
  notify_stopping();
  StopGuard guard(kStopLimit);
  stopping = true;
  server.stop();
  cameras.begin_stop();
  guard.part("call folders");
  std::vector<std::unique_ptr<ingest::DropFolder>> ending = std::move(*folders.lock());
  for (const auto& folder : ending) folder->stop();
  guard.part("cameras");
  if (!cameras.finish_stop(kCameraPatience)) log_warning("event=stop cameras=\"cut off without TEARDOWN\"");
  guard.part("recorder");
  storage.recorder().stop();
  guard.part("requests and exports");
  logins.stop();
  requests.stop();
  jobs.stop();
  guard.part("promise report");
  upkeep.stop();
  guard.part("sweep");
  sweep.stop();
  guard.part("scrub");
  scrub.stop();
  guard.part("ledger");
  ledger.stop();
  guard.part("clock mark");
  time.stop();
  clock.save_mark();
  guard.part("sessions");
  io.restart();
  io.run_for(Millis(200));
}

Service::Service(config::Settings settings, const std::function<void(const std::string& doing)>& progress)
    : state_(std::make_unique<State>(std::move(settings), progress)) {}
Service::~Service() = default;

void Service::start(const std::vector<storage::Gap>& gaps, bool recorded_only) {
  std::signal(SIGPIPE, SIG_IGN);
  state_->start(gaps, recorded_only);
}

int Service::run() {
  try {
    state_->io.run();
  } catch (...) {
    state_->stop();
    throw;
  }
  state_->stop();
  return 0;
}

}  // namespace tenure::daemon
