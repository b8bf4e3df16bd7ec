// Generations of key backups: made, read back, and brought to their end.
#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/backup/backups.h"
#include "storage/backup/deletion_list.h"
#include "storage/backup/files.h"
#include "storage/backup/generations.h"
#include "storage/backup/recovery_key.h"
#include "storage/backup/sealed_box.h"
#include "storage/recovery/kept_backups.h"

namespace tenure::storage {

namespace fs = boost::filesystem;
namespace json = boost::json;
using BackupId = Id<struct BackupTag>;

namespace {
constexpr int kKeysKind = 1;
constexpr std::size_t kPiece = 1 << 20;
constexpr const char* kEnding = ".tenure-keys";

BackupRow read_row(const sqlite::Statement& row) {
  BackupRow backup;
  backup.id = row.id<BackupId>(0).text();
  backup.kind = row.integer(1) == kKeysKind ? "keys" : "data";
  backup.folder = row.text(2);
  backup.name = row.text(3);
  backup.made_at = row.instant(4);
  backup.verified_at = row.maybe_instant(5);
  backup.bytes = row.natural(6);
  boost::system::error_code error;
  backup.reachable = fs::exists(Path(backup.folder) / backup.name, error);
  return backup;
}

void put_file(BoxWriter& box, const std::string& name, const Path& path) {
  const auto bytes = read_whole(path);
  box.begin_part(name, bytes.size());
  box.write(bytes);
}

void put_slots(BoxWriter& box, const KeySlots& keys, const Path& folder) {
  std::size_t copy = 0;
  for (const auto* name : {"a", "b"}) {
    const auto size = File(folder / name / "slots", File::Mode::read).size();
    box.begin_part(std::string(name) + "/slots", size);
    for (std::uint64_t at = 0; at < size;) {
      const auto piece = keys.read_copy(copy, at, static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, size - at)));
      if (piece.empty()) throw Error(ErrorKind::corrupt, "The key slots end too early.");
      box.write(piece);
      at += piece.size();
    }
    ++copy;
  }
}

std::string file_name(Instant at, const BackupId& id) {
  auto day = to_rfc3339(std::chrono::floor<Seconds>(at));
  std::erase(day, ':');
  return day + "-" + id.text().substr(24) + kEnding;
}

// One whose folder cannot be reached stays on record: it may come back.
std::uint64_t remove_all(Catalogue& catalogue, const Clock& clock, const std::vector<BackupRow>& generations, std::vector<std::string>* unreached) {
  std::uint64_t removed = 0;
  for (const auto& one : generations) {
    const auto path = Path(one.folder) / one.name;
    boost::system::error_code error;
    // Whoever took the file away has it somewhere: that is not the same as gone.
    if (!fs::exists(path, error)) {
      if (unreached != nullptr) unreached->push_back(path.string());
      continue;
    }
    // From its first overwritten byte on nothing may count on it, whatever a crash leaves.
    catalogue.write([&](Catalogue::Transaction& transaction) {
      transaction.db.run("UPDATE backup SET verified_at = NULL WHERE id = ?", *BackupId::parse(one.id));
    });
    overwrite_and_remove(path);
    ++removed;
    const auto now = clock.now();
    catalogue.write([&](Catalogue::Transaction& transaction) {
      transaction.db.run("UPDATE backup SET gone_at = ?2, verified_at = ?3 WHERE id = ?1", *BackupId::parse(one.id), now, one.verified_at);
      insert_ledger(transaction.db, ledger_entry(now, {"tenured"}, "backup-keys-gone", json::serialize(json::object{{"backup", one.id}})));
    });
  }
  return removed;
}
}  // namespace

Key Backups::recovery_key() const {
  return parts_.catalogue.state().read([](sqlite::Connection& db) {
    auto query = db.query("SELECT public FROM recovery_key");
    if (!query.step())
      throw Error(ErrorKind::refused, "There is no recovery key yet, so a backup of the keys could not be sealed: tenure backup recovery-key makes one.");
    return query.bytes<32>(0);
  });
}

void Backups::set_recovery_key(const Key& public_key, const Actor& actor) {
  static_cast<void>(agree(make_recovery_secret(), public_key));  // a point that gives nothing is refused
  const auto now = parts_.clock.now();
  parts_.catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("INSERT INTO recovery_key VALUES(1, ?1, ?2, ?3) ON CONFLICT DO UPDATE SET public = ?1, made_at = ?2, made_by = ?3", public_key, now, actor.name);
    insert_ledger(transaction.db, ledger_entry(now, actor, "recovery-key", json::serialize(json::object{{"key", recovery_fingerprint(public_key)}})));
  });
  keep();
}

std::vector<BackupRow> Backups::here() const {
  return parts_.catalogue.state().read([](sqlite::Connection& db) {
    std::vector<BackupRow> all;
    auto query = db.query("SELECT id, kind, folder, name, made_at, verified_at, bytes FROM backup WHERE gone_at IS NULL ORDER BY made_at DESC");
    while (query.step()) all.push_back(read_row(query));
    return all;
  });
}

std::vector<BackupRow> Backups::generations() const {
  auto all = here();
  std::erase_if(all, [](const BackupRow& one) { return one.kind != "keys"; });
  return all;
}

// Written, synced and read back before the catalogue counts on it; entry and row come before the first byte (I13), so
// that what a crash leaves of it goes with the older ones (I15).
BackupRow Backups::make_generation(const Path& folder, const Actor& actor, const std::string& why) {
  const auto recipient = recovery_key();
  must_be_mounted(parts_.catalogue, folder);
  mark_folder(folder);
  const auto now = parts_.clock.now();
  const auto id = BackupId::make(now);
  const auto name = file_name(now, id);
  const json::object header{{"schema", "tenure-keys-1"}, {"id", id.text()}, {"made_at", to_rfc3339(now)}, {"recovery_key", recovery_fingerprint(recipient)},
                            {"generation", parts_.keys.generation()}, {"ledger", parts_.ledger.status().key}, {"checkpoint", parts_.ledger.checkpoint("backup")}};
  const auto entry = ledger_entry(now, actor, "backup-keys", json::serialize(json::object{{"backup", id.text()}, {"recovery_key", recovery_fingerprint(recipient)}}), why);
  parts_.catalogue.write([&](Catalogue::Transaction& transaction) {
    insert_ledger(transaction.db, entry);
    transaction.db.run("INSERT INTO backup VALUES(?, 1, ?, ?, ?, NULL, NULL, 0, ?)", id, folder.string(), name, now, Digest{});
  });
  keep();
  const auto path = folder / name;
  BackupRow made{id.text(), "keys", folder.string(), name, now, {}, 0, true};
  try {
    const auto list = parts_.catalogue.state().read([&](sqlite::Connection& db) { return deletion_list(db, now); });
    const auto backups = parts_.catalogue.state().read([](sqlite::Connection& db) { return backups_text(db); });
    parts_.rotation.with_current([&](const Key& key_encryption_key) {
      BoxWriter box(path, recipient, json::serialize(header));
      box.begin_part("kek", key_encryption_key.size());
      box.write(key_encryption_key);
      for (const auto* copy : {"a", "b"}) put_file(box, std::string(copy) + "/root", parts_.state / "keys" / copy / "root");
      if (const auto signing = parts_.state / "secrets" / "ledger-key"; fs::exists(signing)) put_file(box, "ledger-key", signing);
      box.begin_part("deletions", list.size());
      box.write(list);
      box.begin_part("backups", backups.size());
      box.write(as_view(backups));
      put_slots(box, parts_.keys, parts_.state / "keys");
      const auto digest = box.finish();
      sync_directory(folder);
      box.verify();
      made.bytes = box.size();
      made.verified_at = parts_.clock.now();
      parts_.catalogue.write([&](Catalogue::Transaction& transaction) {
        transaction.db.run("UPDATE backup SET verified_at = ?2, bytes = ?3, sha256 = ?4 WHERE id = ?1", id, made.verified_at, made.bytes, digest);
      });
    });
  } catch (...) {
    try {
      remove_file(path);
      parts_.catalogue.write([&](Catalogue::Transaction& transaction) { transaction.db.run("DELETE FROM backup WHERE id = ?", id); });
    } catch (const Error&) {  // the disk that failed: what matters is why
      log_warning("event=backup-remains file={}", path.string());
    }
    throw;
  }
  keep();
  return made;
}

std::uint64_t Backups::remove_older(const Instant& than, std::vector<std::string>* unreached) {
  auto older = generations();
  std::erase_if(older, [&](const BackupRow& one) { return one.made_at >= than; });
  const auto removed = remove_all(parts_.catalogue, parts_.clock, older, unreached);
  if (removed > 0) keep();
  return removed;
}

BackupRow Backups::back_up_keys(const Path& folder, const Actor& actor) {
  must_be_a_good_place(folder);
  const std::scoped_lock lock(keys_mutex_);
  settle_generations(parts_.catalogue, parts_.clock, parts_.ledger.status().key);
  auto made = make_generation(folder, actor, "asked");
  static_cast<void>(remove_older(parts_.clock.now() - kGenerationLife, nullptr));
  return made;
}

KeyBackupsRenewed Backups::renew() {
  const std::scoped_lock lock(keys_mutex_);
  KeyBackupsRenewed renewed;
  settle_generations(parts_.catalogue, parts_.clock, parts_.ledger.status().key);
  const auto before = generations();
  for (const auto& folder : kept_up_folders(parts_.catalogue)) {
    if (!is_mounted(parts_.catalogue, folder.first)) continue;  // its generations are named as not reached
    const auto made = make_generation(folder.first, {"tenured"}, "an erasure");
    renewed.made.push_back((Path(made.folder) / made.name).string());
  }
  if (!renewed.made.empty()) {
    renewed.removed = remove_all(parts_.catalogue, parts_.clock, before, &renewed.unreached);
    keep();
  } else {  // the last ones stay until there is another
    for (const auto& one : before) renewed.unreached.push_back((Path(one.folder) / one.name).string());
  }
  return renewed;
}

}  // namespace tenure::storage
