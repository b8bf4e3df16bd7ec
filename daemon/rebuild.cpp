#include "daemon/rebuild.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "daemon/notify.h"
#include "daemon/state_lock.h"
#include "storage/backup/restore.h"
#include "storage/ledger/reload.h"
#include "storage/recovery/rebuild.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
constexpr const char* kGone =
    "people and their passwords (their names stay taken), approvals, sessions, sweep questions, released holds, and who acted and why in ledger "
    "entries before this: only a backup has them";

storage::RebuildReport run(const config::Settings& settings) {
  must_own(settings.storage.path);
  if (const auto why = storage::unfinished_restore(settings.storage.path); !why.empty()) throw Error(ErrorKind::refused, why);
  const StateLock lock(settings.storage.path);
  SystemClock clock(settings.storage.path / "clock-mark", /*kept=*/true);
  const bool lost = clock.state().reason == TimeReason::mark_lost;
  prove_time(clock, settings.storage.path);
  log_warning("event=rebuild state={} effect=\"nothing is recorded until it is done\"", settings.storage.path.string());
  const auto report = storage::rebuild_catalogue(settings, clock, [](std::uint64_t files) {
    notify_starting(fmt::format("rebuilding the catalogue: {} files", files));
  });
  if (lost) clock.save_mark();  // so that the start goes on from the same line
  for (const auto& problem : report.problems) log_error("event=rebuild problem=\"{}\"", log_safe(problem));
  log_warning(
      "event=rebuilt segments={} calls={} holds={} ledger_entries={} finished_deletions={} left={} duplicates={} "
      "old=\"{}\" gone=\"{}\"",
      report.segments, report.calls, report.holds, report.ledger_entries, report.finished_deletions, report.left,
      report.duplicates, report.aside, kGone);
  return report;
}
}  // namespace

void must_own(const Path& state) {
  struct stat found{};
  if (::stat(state.c_str(), &found) != 0) throw io_error("Cannot look at " + state.string());
  if (found.st_uid != ::geteuid())
    throw Error(
        ErrorKind::refused,
        fmt::format("{} belongs to user {}: run this as that user (sudo -u '#{}' tenured --config FILE ...).",
                    state.string(), found.st_uid, found.st_uid));
}

void prove_time(SystemClock& clock, const Path& state) {
  if (clock.state().reason != TimeReason::mark_lost) return;
  if (const auto proven = storage::latest_in_files(state / "ledger")) clock.at_least(*proven);  // as a start does by the catalogue
}

std::string rebuild(const config::Settings& settings) {
  const auto report = run(settings);
  return json::serialize(json::object{{"segments", report.segments},
                                      {"calls", report.calls},
                                      {"bytes", report.bytes},
                                      {"holds", report.holds},
                                      {"ledger_entries", report.ledger_entries},
                                      {"gaps", report.gaps},
                                      {"tombstones", report.tombstones},
                                      {"erasures", report.erasures},
                                      {"backups", report.backups},
                                      {"finished_deletions", report.finished_deletions},
                                      {"lost", report.lost},
                                      {"left", report.left},
                                      {"duplicates", report.duplicates},
                                      {"old_catalogue", report.aside},
                                      {"problems", json::array(report.problems.begin(), report.problems.end())},
                                      {"gone", kGone}});
}

void rebuild_if_missing(const config::Settings& settings) {
  if (storage::catalogue_is_missing(settings.storage.path)) run(settings);
}

}  // namespace tenure::daemon
