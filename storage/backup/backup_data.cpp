// The backup of the data: a folder that mirrors the vaults as they are, sealed, with a copy of the catalogue that has no
// index and no logins. Nothing in it opens anything without a backup of the keys.
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "storage/backup/backups.h"
#include "storage/backup/files.h"
#include "storage/backup/generations.h"
#include "storage/backup/hold_copies.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/holds/hold_file.h"
#include "storage/recovery/damage.h"
#include "storage/recovery/quarantine.h"
#include "storage/vault/readable.h"
#include "storage/vault/vault_walk.h"

namespace tenure::storage {

namespace fs = boost::filesystem;
namespace json = boost::json;
using BackupId = Id<struct BackupTag>;

namespace {
constexpr const char* kManifest = "tenure-backup.json";

// The index that finds calls by number, and what logs people in, stay behind: both are made again after a restore.
void copy_catalogue(const Path& live, const Path& to) {
  make_directories(to.parent_path());
  Path beside = to;
  beside += ".new";
  remove_file(beside);
  { const File mine(beside, File::Mode::create); }  // SQLite would make it readable to all
  { sqlite::Connection(live, /*writes=*/false).run("VACUUM INTO ?", beside.string()); }
  {
    sqlite::Connection copy(beside, /*writes=*/true);
    copy.script("PRAGMA journal_mode = DELETE; PRAGMA foreign_keys = OFF; BEGIN; DELETE FROM call_token; DELETE FROM hold_number;"
                " DELETE FROM session; DELETE FROM peer_failure; COMMIT; VACUUM;");
  }
  {
    File copy(beside, File::Mode::read_write);
    copy.sync();
  }
  fs::rename(beside, to);
  sync_directory(to.parent_path());
}

// What goes while it is listed or copied is no trouble: what is live changes. Of hold files copy_holds() makes the copies.
void mirror_folder(Copier& copier, const Path& from, const Path& to) {
  if (!fs::is_directory(from)) return;
  std::set<Path> wanted;
  for (const auto& item : fs::recursive_directory_iterator(from)) {
    if (!fs::is_regular_file(item.symlink_status()) || is_hold_file(item.path())) continue;
    const auto inside = item.path().lexically_relative(from);
    if (copier.copy_if_there(item.path(), to / inside)) wanted.insert(inside);
  }
  if (!fs::is_directory(to)) return;
  std::vector<Path> gone;
  for (const auto& item : fs::recursive_directory_iterator(to))
    if (fs::is_regular_file(item.symlink_status()) && !is_hold_file(item.path()) && !wanted.contains(item.path().lexically_relative(to)))
      gone.push_back(item.path());
  for (const auto& path : gone) remove_file(path);
}

// One that cannot be read keeps no other from being copied; what the backup has of it from earlier stays.
std::optional<std::uint64_t> copy_if_readable(Copier& copier, const Path& from, const Path& to, DataBackupReport& report) {
  try {
    return copier.copy_if_there(from, to);
  } catch (const Error& error) {
    if (can_be_read(from)) throw;
    log_error("event=not-backed-up file=\"{}\" cause=\"{}\"", log_safe(from.string()), log_safe(error.what()));
    if (report.unread++ == 0) report.first_unread = error.what();
    return std::nullopt;
  }
}

struct Wanted {
  Path from, to;
  std::uint64_t bytes = 0;
};

std::vector<Wanted> wanted_files(const Vaults& vaults, const std::vector<SegmentRow>& rows, const Path& folder) {
  std::vector<Wanted> all;
  for (const auto& row : rows)
    if (vaults.online(row.vault)) {
      const auto from = vaults.path_of(row);
      all.push_back({from, folder / "vaults" / row.vault / fs::relative(from, vaults.root(row.vault)), row.bytes});
    }
  return all;
}

bool is_known(sqlite::Connection& db, const Path& file) {
  const auto id = SegmentId::parse(file.stem().string());
  return id && db.query("SELECT 1 FROM segment WHERE id = ?", *id).step();
}

bool was_deleted(sqlite::Connection& db, const Path& file) {
  const auto id = SegmentId::parse(file.stem().string());
  return id && db.query("SELECT 1 FROM tombstone WHERE segment = ?", *id).step();
}

// Of what has no row and of whose deletion nothing is known, as of a call that was lost before a rebuild: what is
// deleted has no key any more. One that its disk does not give says neither.
bool may_be_the_only_copy(const Backups::Parts& parts, const Path& copy) {
  const auto evidence = evidence_of(copy);
  if (!evidence.header) return !can_be_read(copy);
  if (!parts.keys.read(evidence.header->slot, evidence.header->id)) return false;
  const auto time = parts.clock.trusted();
  return !parts.catalogue.state().read([&](sqlite::Connection& db) { return is_over(db, evidence, time); });
}

// What was deleted from the vaults goes here too: it would be unreadable, but would fill the disk. What has a row
// stays, lost or not: this may be its only copy (I8); likewise what a rebuild could give no row, whether it lies in its
// vault or was lost. Of a vault that is off line nothing goes (I19).
std::uint64_t remove_deleted(const Backups::Parts& parts, const Path& folder, const Path& catalogue) {
  if (!fs::is_directory(folder)) return 0;
  sqlite::Connection db(catalogue, /*writes=*/false);
  std::vector<Path> gone;
  for (const auto& vault : fs::directory_iterator(folder)) {
    const auto name = vault.path().filename().string();
    if (!parts.vaults.online(name)) continue;
    for (const auto& item : fs::recursive_directory_iterator(vault.path())) {
      if (item.path().extension() != ".seg" || is_known(db, item.path())) continue;
      if (!is_missing(parts.vaults.root(name) / item.path().lexically_relative(vault.path()))) continue;
      if (was_deleted(db, item.path()) || !may_be_the_only_copy(parts, item.path())) gone.push_back(item.path());
    }
  }
  for (const auto& path : gone) remove_file(path);
  return gone.size();
}

std::vector<SegmentRow> sealed_rows(const Path& catalogue) {
  sqlite::Connection db(catalogue, /*writes=*/false);
  std::vector<SegmentRow> rows;
  auto query = db.query("SELECT" + kSegmentColumns + "FROM segment s WHERE s.state = 1");
  while (query.step()) rows.push_back(read_segment(query));
  return rows;
}
}  // namespace

DataBackupReport Backups::back_up_data(const Path& folder, const Actor& actor, const std::function<void(double)>& progress,
                                       const std::function<bool()>& cancelled) {
  must_be_mounted(parts_.catalogue, folder);
  must_be_a_good_place(folder);
  const std::unique_lock lock(data_mutex_, std::try_to_lock);
  if (!lock) throw Error(ErrorKind::refused, "Another backup of the data is under way: wait for it.");
  mark_folder(folder);
  const auto now = parts_.clock.now();
  const auto id = BackupId::make(now);
  parts_.catalogue.append_ledger(ledger_entry(now, actor, "backup-data", json::serialize(json::object{{"backup", id.text()}})));
  const auto checkpoint = parts_.ledger.checkpoint("backup");
  const auto copy = folder / "catalogue.db";
  Copier copier;
  {
    const std::scoped_lock copying(keys_mutex_);  // tick() writes the same files
    mirror_folder(copier, parts_.state / "holds", folder / "holds");
    copy_holds(parts_, folder);
  }
  mirror_folder(copier, parts_.state / "ledger", folder / "ledger");
  try {
    copy_catalogue(parts_.state / "catalogue" / "catalogue.db", copy);
  } catch (const Error& error) {
    throw Error(ErrorKind::io, "The copy of the catalogue could not be written to " + folder.string() + ": is there room?", error.what());
  }
  const auto rows = sealed_rows(copy);
  const auto files = wanted_files(parts_.vaults, rows, folder);
  DataBackupReport report;
  for (const auto& vault : parts_.vaults.names())
    if (parts_.vaults.online(vault)) copier.copy(parts_.vaults.root(vault) / "tenure-vault", folder / "vaults" / vault / "tenure-vault");
  for (const auto& one : files) {
    if (cancelled()) throw Error(ErrorKind::unavailable, "The backup was stopped; the next one goes on where it was.");
    progress(static_cast<double>(report.files++) / static_cast<double>(files.size()));
    if (fs::exists(one.to) && fs::file_size(one.to) == one.bytes) continue;
    const auto bytes = copy_if_readable(copier, one.from, one.to, report);
    if (!bytes) continue;  // deleted meanwhile, or unreadable
    report.bytes += *bytes;
    ++report.copied;
  }
  copier.sync();
  report.removed = remove_deleted(parts_, folder / "vaults", copy);
  const auto catalogue_digest = digest_of(copy);
  const json::object manifest{{"schema", "tenure-data-1"}, {"id", id.text()}, {"made_at", to_rfc3339(now)}, {"files", report.files},
                              {"catalogue_sha256", to_hex(catalogue_digest)}, {"ledger", parts_.ledger.status().key}, {"checkpoint", checkpoint}};
  write_durably(folder / kManifest, as_view(json::serialize(manifest)));
  parts_.catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE backup SET gone_at = ?2 WHERE kind = 0 AND folder = ?1 AND gone_at IS NULL", folder.string(), now);
    transaction.db.run("INSERT INTO backup VALUES(?, 0, ?, ?, ?, ?, NULL, ?, ?)", id, folder.string(), std::string(kManifest), now, parts_.clock.now(), report.bytes, catalogue_digest);
  });
  keep();
  return report;
}

}  // namespace tenure::storage
