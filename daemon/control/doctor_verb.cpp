// doctor: does this machine keep what the invariants need? Each check is one line: good, warning or bad, and what to do.
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "base/log.h"
#include "daemon/control/backup_places.h"
#include "daemon/control/rows.h"
#include "daemon/control/scrub_rows.h"
#include "daemon/control/verbs.h"
#include "daemon/places.h"
#include "daemon/time_keeping.h"
#include "storage/keys/erasure_level.h"
#include "storage/recovery/lost.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
json::object line(std::string_view check, std::string_view verdict, std::string text) {
  return {{"check", check}, {"verdict", verdict}, {"text", std::move(text)}};
}

json::object check_clock(const Call& call) {
  const auto time = call.rooms.clock.trusted();
  const bool good = !time.line && time.hi - time.lo <= kNarrow;
  const auto told = call.rooms.time ? time_in_words(call.rooms.time->status()) : "trusted time is known to within " + to_text(time.hi - time.lo);
  if (good) return line("clock", call.rooms.time && call.rooms.time->status().state.reason == TimeReason::behind ? "warning" : "good", told);
  return line("clock", "warning",
              told + ". Until then recording goes on; what has expired by the earliest time it can be is deleted, and "
                     "what could have expired by the latest is kept, but not shown");
}

// What overwriting a key slot in place means there, and what else brings an erased key back (design section 4).
void check_state_folder(const Call& call, json::array& checks) {
  const auto keys = call.rooms.storage.key_rotation().status();
  const bool credential = keys.place.find("credential") != std::string::npos;
  const auto judged = storage::judge_erasure(storage::machine_facts(call.rooms.settings()->storage.path), credential, keys.generation > 1);
  checks.push_back(line("file system", judged.verdict, "state directory: " + judged.text));
  checks.push_back(line("erasure level", judged.level >= 2 ? "good" : "warning", fmt::format("{} of 3 (docs/guide/keys.md)", judged.level)));
  for (const auto& warning : judged.warnings) checks.push_back(line("erasure", "warning", warning));
  for (const auto& unused : keys.unused) checks.push_back(line("key-encryption key", "warning", unused + " opens nothing: take it away"));
}

json::object check_vault_folder(const config::Vault& vault) {
  const auto judged = storage::judge_erasure(storage::machine_facts(vault.path), false, false);
  // Recordings are useless without their keys: what counts here is the order of writes.
  return line("file system", judged.verdict == "bad" ? "bad" : "good", fmt::format("vault {}: {}", vault.id, storage::machine_facts(vault.path).file_system));
}

// However many bytes are left: its file system makes only so many files.
std::string short_of_files(const storage::VaultSpace& space, const std::string& others) {
  const auto beside =
      others.empty() ? "" : fmt::format(" and {} more in {} on the same disk", space.files->promise_beside, others);
  const auto ended = space.alarm == storage::SpaceAlarm::full ? std::string("can make no more files")
                     : space.files_first && space.full_at
                         ? "can make no more files from " + to_rfc3339(*space.full_at) + " on"
                         : fmt::format("can make {} more files", space.free_files);
  return fmt::format(
      "vault {}: its file system {}, though {} MiB are left; what was promised needs {} files{}, of {} "
      "(docs/guide/space.md)",
      space.vault, ended, space.free >> 20, space.files->need_for_promise, beside, space.files->have);
}

json::object check_space(const storage::VaultSpace& space, std::uint64_t least_free) {
  if (!space.online) return line("vault", "bad", space.vault + " is off line: " + space.why);
  const auto others = fmt::format("{}", fmt::join(space.shares, ", "));
  const auto left = fmt::format("vault {}: {} MiB left{}", space.vault, space.free >> 20,
                                others.empty() ? "" : ", on one disk with " + others + ", for all of them together");
  if (!space.stopped.empty())
    return line("space", "bad",
                fmt::format("{} are not kept: {}{}", space.stopped, left,
                            space.files_first ? fmt::format(", and no more than {} files can be made there", space.free_files) : ""));
  if (space.free < least_free) return line("space", "warning", left);
  if (space.short_of_files()) return line("space", "bad", short_of_files(space, others));
  if (!space.promise_fits())
    return line("space", "bad",
                fmt::format("vault {}: what was promised needs {} MiB{}, there are {}", space.vault,
                            space.plan.need_for_promise >> 20,
                            others.empty() ? ""
                                           : fmt::format(" and {} more in {} on the same disk",
                                                         space.plan.promise_beside >> 20, others),
                            space.plan.have >> 20));
  if (space.holds_endanger)
    return line("space", "bad",
                fmt::format("vault {}: holds keep {} MiB, so that what was promised will not fit", space.vault,
                            space.held >> 20));
  const bool soon = space.files_first && space.alarm != storage::SpaceAlarm::none;
  return soon ? line("space", "warning", short_of_files(space, others)) : line("space", "good", left);
}

// Reading one repairs a bad copy from the good one: after the sync what was read is whole in both.
// The oldest are the next to be swept, and may be by now.
bool is_still_live(const Call& call, const SegmentId& id) {
  storage::SegmentQuery query;
  query.id = id;
  const auto rows = call.rooms.storage.catalogue().segments(query);
  return !rows.empty() && rows.front().state == storage::State::live;
}

json::object check_keys(const Call& call) {
  auto& keys = call.rooms.storage.keys();
  std::uint64_t missing = 0, looked = 0;
  storage::SegmentQuery query;
  query.limit = 1000;
  const auto segments = call.rooms.storage.catalogue().segments(query);
  try {
    for (const auto& segment : segments) {
      if (segment.state != storage::State::live) continue;
      ++looked;
      if (!keys.read(segment.slot, segment.id) && is_still_live(call, segment.id)) ++missing;
    }
    keys.sync();
  } catch (const Error& error) {
    return line("keys", "bad", error.message() + "; restart tenured after looking at the disk");
  }
  if (missing == 0) return line("keys", "good", fmt::format("{} in use; {} looked at, each whole in both copies", keys.in_use(), looked));
  return line("keys", "bad", fmt::format("{} in use; {} of {} looked at have no valid key in either copy, so that their recordings cannot be "
                                         "read: a backup of the keys may have them (docs/guide/backup.md)", keys.in_use(), missing, looked));
}

json::object check_key_encryption_key(const Call& call) {
  const auto place = call.rooms.storage.key_rotation().status().place;
  if (place.find("credential") != std::string::npos) return line("key-encryption key", "good", "from " + place);
  return line("key-encryption key", "warning", "lies in a 0600 file beside the keys it wraps; docs/guide/keys.md shows how to give it as a credential");
}

json::object check_catalogue(const Call& call) {
  const auto problem = call.rooms.storage.catalogue().check();
  return problem.empty() ? line("catalogue", "good", "sound") : line("catalogue", "bad", problem);
}

json::object check_contents(const Call& call) {
  const auto time = call.rooms.clock.trusted();
  const auto not_judged = storage::count_not_judged(call.rooms.storage.catalogue(), time);
  const auto found = judge(call.rooms.storage.scrub().status(), not_judged, time.best());
  return line("what lies in the vaults", found.verdict, found.text);
}

void check_backups(const Call& call, json::array& checks) {
  const auto status = call.rooms.storage.backups().status();
  for (const auto& alarm : status.alarms) checks.push_back(line("backup", "bad", alarm));
  for (const auto& place : poor_backup_places(call, status)) checks.push_back(line("backup", "warning", place));
  const auto is_of_keys = [](const storage::BackupRow& one) { return one.kind == "keys"; };
  if (std::ranges::none_of(status.here, is_of_keys))
    checks.push_back(line("backup", "warning", "there is no backup of the keys: if this disk goes, so does every recording (docs/guide/backup.md)"));
  for (const auto& erasure : call.rooms.storage.erasures().list())
    if (!erasure.certified_at) checks.push_back(line("erasure", "warning", erasure.id.text() + " has no certificate yet; the log says why"));
}

constexpr Duration kGlassShown = std::chrono::days(31);

void check_people(const Call& call, json::array& checks) {
  for (const auto& one : call.rooms.storage.people().broken_glass(call.rooms.clock.trusted().lo - kGlassShown))
    checks.push_back(line("people", "warning", fmt::format("{} gave {} a new second factor from outside at {}: tenure ledger show has the reason",
                                                           one.by, one.person, to_rfc3339(one.at))));
}

json::object check_worker(const config::Settings& settings) {
  if (::access(settings.worker.c_str(), X_OK) == 0) return line("worker", "good", settings.worker.string());
  return line("worker", "bad", fmt::format("{} cannot be run; redacted exports will fail: install it or set [daemon] worker", settings.worker.string()));
}

// It reads the whole catalogue and needs no login: one at a time, so that a thread is left for everybody else.
class OneAtATime {
 public:
  OneAtATime() {
    if (running().test_and_set()) throw Error(ErrorKind::unavailable, "another doctor is looking just now; try again in a moment");
  }
  ~OneAtATime() { running().clear(); }
  OneAtATime(const OneAtATime&) = delete;
  OneAtATime& operator=(const OneAtATime&) = delete;

 private:
  static std::atomic_flag& running() {
    static std::atomic_flag flag;
    return flag;
  }
};

json::value doctor(const Call& call) {
  call.args.only({});
  const OneAtATime only;
  const auto settings = call.rooms.settings();
  json::array checks{check_clock(call)};
  check_state_folder(call, checks);
  for (const auto& vault : settings->vaults) checks.push_back(check_vault_folder(vault));
  for (const auto& space : call.rooms.storage.pressure().spaces())
    checks.push_back(check_space(space, settings->storage.least_free_bytes));
  for (const auto& hold : call.rooms.storage.holds().list())
    if (hold.review_due || hold.review_soon)
      checks.push_back(line("hold", "warning", fmt::format("the review of hold {} {} {}; it stays until somebody releases it", hold.id.text(),
                                                           hold.review_due ? "was due at" : "is due at", to_rfc3339(hold.what.review.value_or(Instant{})))));
  for (const auto& proposal : call.rooms.proposals()) checks.push_back(line("policy", "warning", proposal));
  for (const auto& waits : call.rooms.storage.policy().waiting())
    checks.push_back(line("policy", "good", fmt::format("class {} changes to {} at {}", waits.promise.cls, to_string(waits.promise.period), to_rfc3339(waits.effective_at))));
  for (const auto& problem : check_places(*settings)) checks.push_back(line("folder", "bad", problem));
  checks.push_back(check_keys(call));
  checks.push_back(check_key_encryption_key(call));
  checks.push_back(check_catalogue(call));
  checks.push_back(check_contents(call));
  check_backups(call, checks);
  check_people(call, checks);
  checks.push_back(check_worker(*settings));
  return checks;
}
}  // namespace

void add_doctor_verb(std::vector<Verb>& table) { table.push_back({"doctor", false, doctor, {}, Action::health}); }

}  // namespace tenure::daemon
