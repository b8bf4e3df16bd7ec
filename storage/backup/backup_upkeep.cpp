// What backups do by themselves, and what is wrong with them.
#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>
#include <map>

#include "base/error.h"
#include "base/log.h"
#include "storage/backup/backups.h"
#include "storage/backup/generations.h"
#include "storage/backup/hold_copies.h"
#include "storage/backup/recovery_key.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/recovery/kept_backups.h"

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
constexpr Duration kNightBegins = std::chrono::hours(3);  // UTC
constexpr Duration kLate = std::chrono::days(2);          // without a fresh one: an alarm
constexpr Duration kTriedAgain = std::chrono::hours(1);   // where one failed: each attempt is in the ledger

auto night_of(Instant at) { return std::chrono::floor<std::chrono::days>(at - kNightBegins); }

std::string days(Duration span) {
  const auto count = std::chrono::floor<std::chrono::days>(span).count();
  return std::to_string(count) + (count == 1 ? " day" : " days");
}

std::map<std::string, Instant> newest_by_folder(const std::vector<BackupRow>& all, const std::string& kind) {
  std::map<std::string, Instant> newest;
  for (const auto& one : all)
    if (one.kind == kind) newest[one.folder] = std::max(newest[one.folder], one.made_at);
  return newest;
}

std::string unread_words(const DataBackupReport& report) {
  return std::to_string(report.unread) + " recordings could not be read and are not in it: " + report.first_unread;
}

// Too old, and nothing replaces it.
std::string overdue(const BackupRow& one) {
  return "the key backup " + one.folder + "/" + one.name + " of " + to_rfc3339(one.made_at) +
         (one.reachable
              ? " is over 7 days old and no newer one replaces it: what was deleted since can be read with it"
              : " was not there to be removed: what was deleted since can be read with it and the recovery key");
}

// An erasure ends every earlier copy of the keys that is there; one that a restore did again (nobody ordered it here) ends
// none: the backup of the keys that the restore used knew of it.
std::string left_behind(const BackupRow& one) {
  return "the key backup " + one.folder + "/" + one.name + " of " + to_rfc3339(one.made_at) +
         " is from before an erasure by order and " + (one.reachable ? "is still there" : "was not there to be removed") +
         ": what was erased can be read with it and the recovery key";
}

// What began after it was made has no key in it.
bool opens_what_was_erased(Catalogue& catalogue, const BackupRow& one) {
  return catalogue.state().read([&](sqlite::Connection& db) {
    return db
        .query("SELECT 1 FROM erasure e JOIN erasure_item i ON i.erasure = e.id JOIN tombstone t ON t.segment = i.segment"
               " WHERE t.deleted_at > ?1 AND t.start_at < ?1 AND e.ordered_by <> '' LIMIT 1",
               one.made_at)
        .step();
  });
}
}  // namespace

// A backup among what it backs up is none; and one around it would be the very files, and clear them away as deleted.
void Backups::must_be_a_good_place(const Path& folder) const {
  const auto lies_in = [](const Path& inner, const Path& outer) {
    const auto whole = fs::weakly_canonical(outer), place = fs::weakly_canonical(inner);
    return std::mismatch(whole.begin(), whole.end(), place.begin(), place.end()).first == whole.end();
  };
  const auto check = [&](const Path& live, const std::string& what) {
    const auto refuse = [&](const std::string& why) {
      throw Error(ErrorKind::usage, "to: " + folder.string() + " " + why + ": name a folder of its own, on another disk.");
    };
    if (lies_in(folder, live)) refuse("lies in the " + what + ", and would be lost with it");
    if (lies_in(live, folder)) refuse("has the " + what + " in it");
  };
  check(parts_.state, "state folder");
  for (const auto& vault : parts_.vaults.names()) check(parts_.vaults.root(vault), "vault " + vault);
}

void Backups::keep() noexcept {
  try {
    keep_backups(parts_.catalogue, parts_.state, parts_.keys.root());
  } catch (const std::exception& error) {
    log_error("event=backups-file-not-written cause=\"{}\" effect=\"it is tried again in a minute\"", error.what());
  }
}

// Once in the ledger and the log until one succeeds: the text may name another file each time.
void Backups::note_problem(std::string Problems::* which, const std::string& kind, const std::string& why) {
  {
    auto problems = problems_.lock();
    const bool known = !((*problems).*which).empty();
    (*problems).*which = why;
    if (known || why.empty()) return;
  }
  log_error("event=backup-failed kind={} cause=\"{}\" effect=\"it is tried again\"", kind, log_safe(why));
  try {
    const boost::json::object subject{{"kind", kind}};
    parts_.catalogue.append_ledger(
        ledger_entry(parts_.clock.now(), {"tenured"}, "backup-failed", boost::json::serialize(subject), why));
  } catch (const std::exception& error) {
    log_error("event=backup-failure-not-recorded cause=\"{}\"", error.what());
  }
}

// A folder that fails keeps no other from its own, and does not fill the ledger with attempts.
void Backups::make_generations_due(const std::map<std::string, Instant>& folders, std::string& problem) {
  const auto now = parts_.clock.now();
  boost::system::error_code error;
  for (const auto& [folder, newest] : folders) {
    if (now - newest < kGenerationEvery || !fs::is_directory(folder, error)) continue;
    const auto failed = failed_.find(folder);
    const bool waits = failed != failed_.end() && failed->second.at <= now && now - failed->second.at < kTriedAgain;
    std::string why;
    bool begun = false;
    try {
      must_be_mounted(parts_.catalogue, folder);  // asked each minute: what these refuse leaves no entry
      mark_folder(folder);
      if (waits) {
        why = failed->second.why;
      } else {
        begun = true;
        static_cast<void>(make_generation(folder, {"tenured"}, "daily"));
        failed_.erase(folder);
      }
    } catch (const std::exception& failure) {
      why = failure.what();
      if (begun) failed_[folder] = {now, why};
    }
    if (problem.empty()) problem = why;
  }
}

// A day after the newest of each folder the next one; at 7 days the end of what a newer verified one replaces. And the
// copies of the hold files, whose trouble is that of the data, unless the data has one of its own.
void Backups::tick() {
  keep();
  const std::unique_lock lock(keys_mutex_, std::try_to_lock);
  if (!lock) return;  // one is being made
  std::string problem;
  const auto attempt = [&](const auto& part) {
    try {
      part();
    } catch (const std::exception& error) {
      if (problem.empty()) problem = error.what();
    }
  };
  const auto now = parts_.clock.now();
  std::map<std::string, Instant> folders;
  attempt([&] {
    settle_generations(parts_.catalogue, parts_.clock, parts_.ledger.status().key);
    folders = kept_up_folders(parts_.catalogue);
  });
  make_generations_due(folders, problem);
  attempt([&] {
    const auto all = generations();
    const bool replaced = std::ranges::any_of(
        all, [&](const BackupRow& one) { return one.verified_at && now - one.made_at < kGenerationLife; });
    if (replaced) static_cast<void>(remove_older(now - kGenerationLife, nullptr));
  });
  attempt([&] {
    const auto not_copied = copy_holds_to_all(parts_, here());
    const auto told = problems_.lock()->data;
    if (told.empty() || told.starts_with(kHoldsNotCopied)) note_problem(&Problems::data, "data", not_copied);
  });
  note_problem(&Problems::keys, "keys", problem);
}

bool Backups::data_is_due() const {
  if (parts_.nightly_data.empty()) return false;
  const auto newest = newest_by_folder(here(), "data");
  const auto found = newest.find(parts_.nightly_data.string());
  return found == newest.end() || night_of(parts_.clock.now()) > night_of(found->second);
}

void Backups::back_up_data_nightly(const std::function<bool()>& cancelled) {
  try {
    const auto report = back_up_data(parts_.nightly_data, {"tenured"}, [](double) {}, cancelled);
    log_info("event=backed-up-data files={} copied={} removed={} bytes={}", report.files, report.copied, report.removed,
             report.bytes);
    note_problem(&Problems::data, "data", report.unread == 0 ? std::string() : unread_words(report));
  } catch (const std::exception& error) {
    if (!cancelled()) note_problem(&Problems::data, "data", error.what());
    throw;
  }
}

BackupStatus Backups::status() const {
  BackupStatus status;
  const auto now = parts_.clock.now();
  parts_.catalogue.state().read([&](sqlite::Connection& db) {
    auto query = db.query("SELECT public FROM recovery_key");
    if (query.step()) status.recovery_key = recovery_fingerprint(query.bytes<32>(0));
  });
  status.here = here();
  for (const auto& one : status.here)
    if (one.kind == "keys" && now - one.made_at > kGenerationLife + kGenerationEvery)
      status.alarms.push_back(overdue(one));
    else if (one.kind == "keys" && opens_what_was_erased(parts_.catalogue, one))
      status.alarms.push_back(left_behind(one));
  for (const auto& [folder, made] : kept_up_folders(parts_.catalogue))
    if (now - made > kLate)
      status.alarms.push_back("there was no backup of the keys to " + folder + " for " + days(now - made) +
                              ": is its disk there?");
  auto data = newest_by_folder(status.here, "data");
  const auto& nightly = parts_.nightly_data.string();
  if (!nightly.empty() && !data.contains(nightly))
    status.alarms.push_back("there is no backup of the data in " + nightly + " yet");
  for (const auto& [folder, made] : data)
    if (folder == nightly && now - made > kLate)
      status.alarms.push_back("there was no backup of the data to " + folder + " for " + days(now - made));
  const auto problems = *problems_.lock();
  if (!problems.keys.empty()) status.alarms.push_back("the last backup of the keys failed: " + problems.keys);
  if (!problems.data.empty()) status.alarms.push_back("the last backup of the data failed: " + problems.data);
  return status;
}

}  // namespace tenure::storage
