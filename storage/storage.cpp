#include "storage/storage.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/backup/restore.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/keys/erasure_level.h"
#include "storage/keys/root_key.h"
#include "storage/policy/policy_file.h"
#include "storage/recovery/damage.h"
#include "storage/recovery/orphans.h"
#include "storage/recovery/rebuild.h"
#include "storage/recovery/recovery.h"
#include "storage/sweep/kept_tombstones.h"
#include "storage/sweep/tombstone_file.h"

namespace tenure::storage {

namespace {
// Unfinished work of a run before this one; nothing in it was acknowledged.
void empty_staging(const Path& folder) {
  make_directories(folder);
  for (const auto& item : boost::filesystem::directory_iterator(folder)) boost::filesystem::remove_all(item.path());
  sync_directory(folder);
}
Pressure::Cameras cameras_in(const config::Settings& settings) {
  Pressure::Cameras cameras;
  for (const auto& camera : settings.cameras) {
    ++cameras.of_class[camera.cls];
    if (camera.priority == "low") cameras.low_priority.insert(camera.name);
  }
  return cameras;
}
Pressure::Options pressure_options(const config::Settings& settings) {
  Pressure::Options options;
  options.least_free = settings.storage.least_free_bytes;
  options.ballast = settings.storage.ballast_bytes;
  options.delete_oldest = settings.storage.on_full == "delete-oldest";
  options.cameras = cameras_in(settings);
  return options;
}
}  // namespace

struct Storage::State {
  State(const config::Settings& settings, const Clock& at, const Progress& progress)
      : clock(at), state_folder(settings.storage.path), given(keys_at(state_folder)), catalogue(state_folder / "catalogue"),
        differences(catalogue.adopt_policy(settings.classes, at.now())), keys(keys_folder(), WipedKeys(given).all),
        rotation(catalogue, at, keys, state_folder, std::move(given)),
        vaults(settings.vaults, settings.storage.trial, catalogue.known_vaults()), calls(catalogue, at, vaults, keys, keys.root()),
        holds(catalogue, at, state_folder / "holds", keys.root()),
        ledger(catalogue, at, state_folder, keys.root(), settings.ledger_copies), approvals(catalogue, at), people(catalogue, at, keys.root()),
        sessions(catalogue, at), policy(catalogue, at, settings.storage.trial), eraser(catalogue, at, vaults, keys, tombstone_file(state_folder)), sweeper(catalogue, at, vaults, eraser),
        pressure(pressure_options(settings), catalogue, at, vaults, eraser, state_folder),
        erasures(catalogue, at, vaults, eraser, ledger, keys.root(), other_copies(settings), state_folder),
        backups({catalogue, at, vaults, keys, rotation, ledger, state_folder, settings.backup_data}) {
    erasures.set_key_backups([this] { return backups.renew(); });
    erasures.set_practice(settings.practice);
    catalogue.remember_vaults(vaults.ids());  // before anything is put into them
    keep_policy_file();  // before anything is recorded under it
    backups.keep();
    ensure_sources(settings);
    empty_staging(state_folder / "staging");
    finish_restore({catalogue, at, keys, holds, eraser, state_folder, progress});  // before anything can be read
    complete_tombstones_if_short(catalogue, tombstone_file(state_folder));         // a restore by an older version brought none
    recovery = recover(recovery_parts(), progress);
    failed = catalogue.in_state(storage::State::reserved);  // in a vault that is off line, or on a disk that does not answer
    scrub = std::make_unique<Scrub>(Scrub::Options{.cycle = settings.storage.scrub, .started = at.now(), .state = state_folder}, OrphanParts{catalogue, at, vaults, keys, &calls});
    // Last: it may reserve keys and segments from here on.
    recorder = std::make_unique<Recorder>(Recorder::Options{.sync_interval = settings.storage.sync_interval}, at, vaults, keys, catalogue);
    recorder->set_guard([this](const std::string& vault, const std::string& source) { return pressure.refusal(vault, source); });
  }
  RecoveryParts recovery_parts() { return {catalogue, clock, vaults, keys, holds, eraser, &calls}; }
  // The ledger's files say the same, so that a full disk need not stop the start.
  void keep_policy_file() {
    const std::scoped_lock lock(policy_file_mutex);  // the sweep and a reload write the same file
    try {
      keep_policy(state_folder, keys.root(), policy_in(catalogue));
    } catch (const std::exception& error) {
      log_error("event=policy-file-not-written cause=\"{}\" effect=\"it is tried again at the next sweep\"", error.what());
    }
  }

  // What is told to who reads is the damage, whatever becomes of the note: the scrub finds it too.
  void note_damage_of(const SegmentRow& row, const std::string& why) {
    try {
      note_damage(catalogue, clock, row, why);
    } catch (const std::exception& error) {
      log_error("event=damage-not-noted segment={} cause=\"{}\"", row.id.text(), log_safe(error.what()));
    }
  }

  void ensure_sources(const config::Settings& settings) {
    for (const auto& camera : settings.cameras) catalogue.ensure_source(camera.name, camera.cls, Kind::camera);
    for (const auto& folder : settings.calls) catalogue.ensure_source(folder.name, folder.cls, Kind::calls);
  }
  // New keys beside old recordings would open none of them, and say that all is well.
  Path keys_folder() {
    const auto folder = state_folder / "keys";
    const bool recorded = catalogue.state().read([](sqlite::Connection& db) { return db.query("SELECT 1 FROM segment").step(); });
    if (recorded && !RootKeyFiles(folder).is_there())
      throw Error(ErrorKind::refused, "The keys of what is recorded are not in " + folder.string() + ": put them back, or restore "
                                      "from the backups into an empty state directory. Nothing was changed.");
    return folder;
  }
  static std::vector<GivenKey> keys_at(const Path& folder) {
    make_directories(folder);
    // A new catalogue beside old recordings would know neither holds nor what was deleted.
    if (catalogue_is_missing(folder))
      throw Error(ErrorKind::refused, "The catalogue in " + (folder / "catalogue").string() + " is missing: restore it, or run "
                                      "tenured --config FILE --rebuild.");
    refuse_hopeless(machine_facts(folder), folder);
    return given_key_encryption_keys(folder);
  }
  struct WipedKeys {
    explicit WipedKeys(const std::vector<GivenKey>& given) {
      all.reserve(given.size());
      for (const auto& one : given) all.push_back(one.key);
    }
    ~WipedKeys() { std::ranges::for_each(all, [](Key& key) { wipe(key); }); }
    WipedKeys(const WipedKeys&) = delete;
    WipedKeys& operator=(const WipedKeys&) = delete;
    std::vector<Key> all;
  };

  const Clock& clock;
  Path state_folder;
  std::vector<GivenKey> given;
  Catalogue catalogue;
  std::vector<std::string> differences;
  KeySlots keys;
  KeyRotation rotation;
  Vaults vaults;
  CallStore calls;
  Holds holds;
  Ledger ledger;
  Approvals approvals;
  People people;
  Sessions sessions;
  PolicyChanges policy;
  Eraser eraser;
  Sweeper sweeper;
  Pressure pressure;
  Erasures erasures;
  Backups backups;
  RecoveryReport recovery;
  std::mutex policy_file_mutex;
  std::vector<SegmentRow> failed;  // that settle_failed() has yet to settle
  std::unique_ptr<Scrub> scrub;
  std::unique_ptr<Recorder> recorder;
};

Storage::Storage(const config::Settings& settings, const Clock& clock, const Progress& progress)
    : state_(std::make_unique<State>(settings, clock, progress)) {}
Storage::~Storage() { state_->recorder->stop(); }

Catalogue& Storage::catalogue() { return state_->catalogue; }
KeySlots& Storage::keys() { return state_->keys; }
Vaults& Storage::vaults() { return state_->vaults; }
Recorder& Storage::recorder() { return *state_->recorder; }
CallStore& Storage::calls() { return state_->calls; }
Holds& Storage::holds() { return state_->holds; }
Approvals& Storage::approvals() { return state_->approvals; }
People& Storage::people() { return state_->people; }
Sessions& Storage::sessions() { return state_->sessions; }
Sweeper& Storage::sweeper() { return state_->sweeper; }
PolicyChanges& Storage::policy() { return state_->policy; }
Scrub& Storage::scrub() { return *state_->scrub; }
Pressure& Storage::pressure() { return state_->pressure; }
void Storage::keep_policy_file() { state_->keep_policy_file(); }
KeyRotation& Storage::key_rotation() { return state_->rotation; }
Erasures& Storage::erasures() { return state_->erasures; }
Backups& Storage::backups() { return state_->backups; }
Ledger& Storage::ledger() { return state_->ledger; }
void Storage::settle_failed() {
  auto& failed = state_->failed;
  for (const auto& rows : {state_->recorder->take_failed(), state_->calls.take_failed()}) failed.insert(failed.end(), rows.begin(), rows.end());
  // A reservation that is still on its way would come after, and name nothing.
  if (failed.empty() || state_->recorder->counters().uncommitted > 0) return;
  failed = storage::settle_failed(state_->recovery_parts(), failed);
}
void Storage::adopt_sources(const config::Settings& settings) {
  state_->ensure_sources(settings);
  state_->pressure.set_cameras(cameras_in(settings));
  state_->erasures.set_other_copies(other_copies(settings));
  state_->erasures.set_practice(settings.practice);
}
const RecoveryReport& Storage::recovery() const { return state_->recovery; }
const std::vector<std::string>& Storage::policy_differences() const { return state_->differences; }

SealedReader Storage::open(const SegmentId& id, const Actor& actor, Purpose purpose) {
  struct Found { std::optional<SegmentRow> row; HoldView holds; };
  const auto time = state_->clock.trusted();
  const auto found = state_->catalogue.state().read([&](sqlite::Connection& db) {
    return Found{segment_by_id(db, id), hold_view(db, id, time)};
  });
  if (!found.row) throw Error(ErrorKind::not_found, "There is no segment " + id.text() + ": it was deleted or never kept.");
  const auto& row = *found.row;
  const auto verdict = may_read(row, found.holds, actor, purpose, time);
  if (!verdict.allowed) throw Error(ErrorKind::refused, "Segment " + id.text() + " of " + row.source + " cannot be read: " + verdict.why + ".");
  const auto check_vault = [&] {
    const auto why = state_->vaults.off_line(row.vault);
    if (!why.empty()) throw Error(ErrorKind::unavailable, "Vault " + row.vault + " is off line: " + why + ". Bring it back and try again.");
  };
  check_vault();
  const auto path = state_->vaults.path_of(row);
  boost::system::error_code unseen;
  const auto kind = boost::filesystem::status(path, unseen).type();
  if (kind == boost::filesystem::status_error)
    throw Error(ErrorKind::unavailable, "The file of segment " + id.text() + " of " + row.source + " (" + to_rfc3339(row.span.from) +
                                        ") cannot be looked at: " + unseen.message() + ". Give " + path.parent_path().string() +
                                        " and what is in it back to the user that tenured runs as, or look at the disk.");
  if (kind == boost::filesystem::file_not_found) {
    check_vault();  // it may have gone in between, which loses nothing
    if (!lose(state_->catalogue, state_->clock, row, "its file is missing"))
      throw Error(ErrorKind::refused, "Segment " + id.text() + " of " + row.source + " cannot be read: it is being deleted.");
    throw Error(ErrorKind::not_found, "The file of segment " + id.text() + " is missing from vault " + row.vault + ".");
  }
  auto key = state_->keys.read(row.slot, id);
  try {
    if (!key) throw Error(ErrorKind::corrupt, "The key of segment " + id.text() + " cannot be read: neither copy of its slot is sound.");
    SealedReader reader(File(path, File::Mode::read), *key);
    wipe(*key);
    return reader;
  } catch (const Error& error) {
    if (key) wipe(*key);
    // While it is recorded its header may not be on the disk yet.
    if (error.kind() == ErrorKind::corrupt && row.state == storage::State::live) state_->note_damage_of(row, error.message());
    throw;
  } catch (...) {
    if (key) wipe(*key);
    throw;
  }
}

}  // namespace tenure::storage
