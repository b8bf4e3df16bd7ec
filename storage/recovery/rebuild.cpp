#include "storage/recovery/rebuild.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/calls/numbers.h"
#include "storage/catalogue/needed.h"
#include "storage/erasure/kept_erasures.h"
#include "storage/holds/hold_file.h"
#include "storage/holds/hold_rows.h"
#include "storage/keys/key_slots.h"
#include "storage/keys/root_key.h"
#include "storage/ledger/reload.h"
#include "storage/policy/policy_file.h"
#include "storage/recovery/kept_backups.h"
#include "storage/recovery/left_files.h"
#include "storage/recovery/lost.h"
#include "storage/recovery/ordered_deletions.h"
#include "storage/recovery/rebuild_files.h"
#include "storage/sweep/tombstone_file.h"
#include "storage/vault/vault_walk.h"

namespace tenure::storage {

namespace fs = boost::filesystem;
namespace json = boost::json;

namespace {
constexpr std::size_t kFilesInOneTransaction = 500;
constexpr auto kNewFolder = "catalogue.new";

Path file_in(const Path& folder) { return folder / "catalogue.db"; }

// What cannot be looked at is not missing: its disk may come back.
bool holds_something(const Path& file) {
  boost::system::error_code failed;
  const auto size = fs::file_size(file, failed);
  if (failed && failed != boost::system::errc::no_such_file_or_directory && failed != boost::system::errc::not_a_directory)
    throw Error(ErrorKind::io, "Cannot look at " + file.string() + ": look at its disk.", failed.message());
  return !failed && size > 0;
}

// What is sound is not touched. What cannot be read for want of its disk says nothing of its content.
void must_not_be_sound(const Path& folder) {
  if (!holds_something(file_in(folder))) return;
  try {
    const Catalogue old(folder);
    if (!old.check().empty()) return;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::corrupt) return;
    throw;
  }
  throw Error(ErrorKind::refused, "The catalogue in " + folder.string() +
                                      " is sound: nothing was done. To rebuild it all the same, move "
                                      "that folder away first.");
}

std::string aside_name(Instant at) {
  auto name = "catalogue.before-" + to_rfc3339(std::chrono::floor<Seconds>(at));
  std::erase(name, ':');
  return name;
}

class Rebuild {
 public:
  Rebuild(const config::Settings& settings, const Clock& clock, const std::function<void(std::uint64_t)>& progress)
      : settings_(settings),
        clock_(clock),
        progress_(progress),
        state_(settings.storage.path),
        keys_(state_ / "keys", load_key_encryption_keys(state_)),
        index_key_(number_index_key(keys_.root())),
        kept_(read_kept()),
        vaults_(settings.vaults, settings.storage.trial, kept_.vaults) {}
  ~Rebuild() { wipe(index_key_); }
  Rebuild(const Rebuild&) = delete;
  Rebuild& operator=(const Rebuild&) = delete;

  RebuildReport run() {
    must_not_be_sound(state_ / "catalogue");
    must_be_on_line();
    read_holds();
    fs::remove_all(state_ / kNewFolder);  // of a rebuild that was cut off
    {
      Catalogue made(state_ / kNewFolder);
      made.write([&](Catalogue::Transaction& transaction) { take_ledger(transaction.db); });
      take_policy(made);
      made.write([&](Catalogue::Transaction& transaction) {
        take_tombstones(transaction.db);
        take_backups(transaction.db);
        take_erasures(transaction.db);
      });
      take_files(made);
      made.write([&](Catalogue::Transaction& transaction) { finish(transaction.db); });
    }
    note_left_files(state_ / kNewFolder, report_.unreadable);
    put_in_place();
    return report_;
  }

 private:
  KeptPolicy read_kept();
  void must_be_on_line() const;
  void read_holds();
  void take_ledger(sqlite::Connection& db);
  void take_policy(Catalogue& made);
  void take_tombstones(sqlite::Connection& db);
  void take_backups(sqlite::Connection& db);
  void take_erasures(sqlite::Connection& db);
  void take_files(Catalogue& made);
  void take_missing(sqlite::Connection& db, const VaultReader& reader);
  void finish(sqlite::Connection& db);
  void put_in_place();

  const config::Settings& settings_;
  const Clock& clock_;
  const std::function<void(std::uint64_t)>& progress_;
  const Path state_;
  KeySlots keys_;
  Key index_key_;
  RebuildReport report_;
  const KeptPolicy kept_;  // after report_, to which it may add
  Vaults vaults_;
  std::vector<Hold> holds_;
  std::vector<SettledStretch> stretches_;
};

// Damaged, it is as good as missing: the ledger knows what was promised too.
KeptPolicy Rebuild::read_kept() {
  try {
    const Needed needed{policy_file(state_), "what was promised", "the ledger and the settings say it then"};
    return needing(needed, [&] { return read_policy(state_, keys_.root()).value_or(KeptPolicy{}); });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    report_.problems.push_back(error.message() + " What was promised was taken from the ledger.");
    return {};
  }
}

// What lies in a vault that cannot be reached would have no row afterwards.
void Rebuild::must_be_on_line() const {
  for (const auto& name : vaults_.names())
    if (const auto why = vaults_.off_line(name); !why.empty())
      throw Error(ErrorKind::refused,
                  fmt::format("Vault {} is off line ({}): mount it, then rebuild. Nothing was done.", name, why));
}

// Before anything is made: a hold that cannot be read may be the one that keeps something from the next sweep.
void Rebuild::read_holds() {
  const auto folder = state_ / "holds";
  const auto files = needing({folder, "which holds there are", "every hold is given up then"}, [&] {
    std::vector<Path> found;
    if (!fs::exists(folder)) return found;
    for (const auto& item : fs::directory_iterator(folder))
      if (is_hold_file(item.path())) found.push_back(item.path());
    return found;
  });
  for (const auto& file : files) {
    try {
      holds_.push_back(read_hold_file(file, hold_keys(keys_.root()).file));
    } catch (const Error& error) {
      throw Error(ErrorKind::refused,
                  "The hold file " + file.string() + " cannot be read, and what it keeps would be deleted: restore it "
                  "from a backup, or move it away to give that hold up. Nothing was done.",
                  error.what());
    }
  }
}

void Rebuild::take_ledger(sqlite::Connection& db) {
  const auto reloaded = reload_ledger(db, state_ / "ledger");
  report_.ledger_entries = reloaded.entries;
  if (!reloaded.problem.empty()) report_.problems.push_back(reloaded.problem);
  stretches_ = take_stretches(db);
}

void Rebuild::take_policy(Catalogue& made) {
  made.write([&](Catalogue::Transaction& transaction) {
    for (const auto& promise : all_promises(transaction.db, kept_.classes)) insert_promise(transaction.db, promise);
  });
  made.adopt_policy(settings_.classes, clock_.now());
  made.remember_vaults(kept_.vaults);
  made.remember_vaults(vaults_.ids());
  for (const auto& camera : settings_.cameras) made.ensure_source(camera.name, camera.cls, Kind::camera);
  for (const auto& folder : settings_.calls) made.ensure_source(folder.name, folder.cls, Kind::calls);
}

void Rebuild::take_tombstones(sqlite::Connection& db) {
  std::uint64_t damaged = 0;
  const auto file = tombstone_file(state_);
  const Needed needed{file, "which calls were deleted", "a call whose source still has it may be imported again"};
  for (const auto& token : needing(needed, [&] { return read_tombstones(file, &damaged); })) {
    db.run("INSERT OR IGNORE INTO tombstone_token(kind, token, segment) VALUES(?, ?, ?)", token.kind, token.token,
           token.segment);
    ++report_.tombstones;
  }
  if (damaged > 0)
    report_.problems.push_back(std::to_string(damaged) + " records of " + file.string() +
                               " are damaged: a call deleted before may be imported again if its source still has it");
}

void Rebuild::take_backups(sqlite::Connection& db) {
  try {
    const Needed needed{kept_backups_file(state_), "which backups there are",
                        "no backup is known then: remove every *.tenure-keys file, and begin anew"};
    report_.backups = needing(needed, [&] { return take_kept_backups(db, state_, keys_.root()); });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    report_.problems.push_back(error.message() + " No backup is known any more: remove every *.tenure-keys file, and begin anew");
  }
}

void Rebuild::take_erasures(sqlite::Connection& db) {
  auto taken = take_kept_erasures(db, state_, keys_.root());
  report_.erasures = taken.orders;
  std::ranges::move(taken.problems, std::back_inserter(report_.problems));
}

void Rebuild::take_files(Catalogue& made) {
  VaultReader reader(clock_, vaults_, keys_, index_key_, stretches_, report_);
  std::uint64_t looked_at = 0;
  for (const auto& vault : vaults_.names()) {
    std::vector<Path> files;
    const auto take = [&] {
      made.write([&](Catalogue::Transaction& transaction) {
        for (const auto& file : files) reader.take(transaction.db, vault, file);
      });
      looked_at += files.size();
      files.clear();
      if (progress_) progress_(looked_at);
    };
    std::vector<Path> unread;
    for (const auto& hour : hour_folders(vaults_.root(vault), &unread)) {
      for (auto& file : sealed_files(hour, &unread)) files.push_back(std::move(file));
      if (files.size() >= kFilesInOneTransaction) take();
    }
    take();
    for (const auto& folder : unread) reader.leave(folder, "it cannot be looked into, and what lies in it has no row");
  }
  keys_.sync();  // copies that were repaired
  made.write([&](Catalogue::Transaction& transaction) { take_missing(transaction.db, reader); });
}

void Rebuild::take_missing(sqlite::Connection& db, const VaultReader& reader) {
  const auto taken =
      storage::take_losses(db, {keys_, vaults_, [&reader](Instant start) { return reader.line_of(start); }});
  report_.lost = taken.footage;
  if (taken.others > 0)
    report_.problems.push_back(std::to_string(taken.others) +
                               " recordings that were lost before, calls most likely, are known to the ledger only (lost)");
  take_ordered_deletions(
      db, {tombstone_file(state_), clock_.now(), [&](const SegmentId& id) { return reader.may_have_left(id); }});
}

// Holds after the calls that they cover by number and group; nothing was swept before, for nothing sweeps here.
void Rebuild::finish(sqlite::Connection& db) {
  for (const auto& hold : holds_) {
    report_.holds += insert_found_hold(db, hold_keys(keys_.root()), hold, clock_.trusted());
  }
  report_.gaps = take_unexplained_gaps(db, clock_.trusted().hi);
  report_.lost -= drop_ended_losses(db, keys_, clock_.trusted());
  const json::object subject{{"entries", report_.ledger_entries},
                             {"segments", report_.segments},
                             {"calls", report_.calls},
                             {"holds", report_.holds},
                             {"gaps", report_.gaps},
                             {"tombstones", report_.tombstones}, {"backups", report_.backups},
                             {"erasures", report_.erasures}, {"finished_deletions", report_.finished_deletions},
                             {"lost", report_.lost}, {"left", report_.left}, {"duplicates", report_.duplicates},
                             {"problems", report_.problems.size()}};
  insert_ledger(db, ledger_entry(clock_.now(), {"tenured"}, "rebuild", json::serialize(subject),
                                 "the catalogue was missing or damaged and was made anew from what lies outside it"));
}

// The old one first: a crash between the two leaves none, and what was made is made again.
void Rebuild::put_in_place() {
  const auto old = state_ / "catalogue";
  if (fs::exists(old)) {
    report_.aside = (state_ / aside_name(clock_.now())).string();
    fs::rename(old, report_.aside);
  }
  fs::rename(state_ / kNewFolder, old);
  sync_directory(state_);
}
}  // namespace

bool catalogue_is_missing(const Path& state) {
  return !holds_something(file_in(state / "catalogue")) && RootKeyFiles(state / "keys").is_there();
}

RebuildReport rebuild_catalogue(const config::Settings& settings, const Clock& clock,
                                const std::function<void(std::uint64_t)>& progress) {
  return Rebuild(settings, clock, progress).run();
}

}  // namespace tenure::storage
