// What follows a restore, at the start and before anything can be read.
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/backup/deletion_list.h"
#include "storage/backup/generations.h"
#include "storage/backup/restore.h"
#include "storage/backup/restored_mark.h"
#include "storage/calls/call_details.h"
#include "storage/calls/numbers.h"
#include "storage/erasure/done_again.h"
#include "storage/recovery/kept_backups.h"
#include "storage/recovery/lost.h"
#include "storage/sweep/kept_tombstones.h"
#include "storage/sweep/tombstone_file.h"

namespace tenure::storage {

namespace fs = boost::filesystem;
namespace json = boost::json;

namespace {
constexpr std::size_t kLargestList = std::size_t{2} << 30, kLargestBackups = 16 << 20;
constexpr std::size_t kBatch = 1'000;

Blob read_left(const Path& file, std::size_t limit) {
  try {
    return read_whole(file, limit);
  } catch (const Error& error) {
    throw_unfinishable(file, error);
  }
}

// A list that is damaged says so; so does a restored catalogue, of which the remedy is the same.
template <typename Body>
void applying(const Path& file, const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    throw_unfinishable(file, error);
  }
}

// The copy of the catalogue tells of backups as they were when it was made. Of the keys' those count that there were when
// these keys were backed up, and the file that was just used, wherever it lies: each opens what is erased from now on,
// until it goes (I15).
void take_backups(const FinishRestoreParts& parts, const RestoredMark& mark) {
  const auto list = parts.state / "restored.backups";
  if (!fs::exists(list)) return;  // taken, before a crash
  const auto& file = mark.keys_file;
  const auto text = read_left(list, kLargestBackups);
  const auto now = parts.clock.now();
  parts.catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    db.run("UPDATE backup SET gone_at = ?1 WHERE gone_at IS NULL AND made_at < ?1", mark.keys_made);
    applying(list, [&] { take_backups_text(db, std::string(as_text(text))); });  // those that were still there
    db.run("UPDATE backup SET verified_at = ?2, bytes = ?3, sha256 = ?4 WHERE id = ?1", mark.keys_id, now, mark.keys_bytes,
           mark.keys_sha256);
    auto known = db.query("SELECT folder, name FROM backup WHERE kind = 1 AND gone_at IS NULL");
    while (known.step())
      if (fs::weakly_canonical(Path(known.text(0)) / known.text(1)) == file) return;
    db.run("INSERT INTO backup VALUES(?, 1, ?, ?, ?, NULL, NULL, ?, ?)", BackupId::make(now), file.parent_path().string(), file.filename().string(), mark.keys_made, mark.keys_bytes, mark.keys_sha256);
  });
}

// What was deleted, the list has said. Where a key is missing beyond that, its slot says nothing, for slots are used
// again: the recording is a loss and no deletion (I19), though another backup of the keys may open it. What has fallen
// due is the sweep's.
std::uint64_t mark_keyless_as_lost(const FinishRestoreParts& parts) {
  std::uint64_t lost = 0;
  const auto time = parts.clock.trusted();
  parts.catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    std::vector<SegmentId> keyless;
    {
      auto query = db.query("SELECT id, slot FROM segment WHERE state IN (0, 1)");
      while (query.step())
        if (const auto id = query.id<SegmentId>(0); !parts.keys.read(query.natural(1), id)) keyless.push_back(id);
    }
    for (const auto& id : keyless) {
      const auto row = segment_by_id(db, id);
      if (!row || may_delete(*row, hold_view(db, id, time), Cause::sweep, time)) continue;
      db.run("UPDATE segment SET state = 3 WHERE id = ?", id);
      insert_ledger(db, ledger_entry(parts.clock.now(), {"tenured"}, "lost", loss_subject(*row, /*keyless=*/true),
                                     "its key is not in the backup of the keys"));
      ++lost;
    }
  });
  return lost;
}

// The blind index, from the sealed details.
std::uint64_t index_calls(const FinishRestoreParts& parts, const Key& index_key) {
  std::uint64_t indexed = 0;
  SegmentId after{};
  for (bool more = true; more;) {
    if (parts.progress) parts.progress("making the index of calls anew");
    parts.catalogue.write([&](Catalogue::Transaction& transaction) {
      auto& db = transaction.db;
      std::vector<std::tuple<SegmentId, std::uint64_t, Blob>> rows;
      {
        auto query = db.query("SELECT c.segment, s.slot, c.details FROM call c JOIN segment s ON s.id = c.segment WHERE c.segment > ? AND s.state <> 2"
                              " ORDER BY c.segment LIMIT ?", after, std::uint64_t{kBatch});
        while (query.step()) rows.emplace_back(query.id<SegmentId>(0), query.natural(1), query.blob(2));
      }
      more = rows.size() == kBatch;
      for (const auto& [id, slot, sealed] : rows) {
        after = id;
        const auto key = parts.keys.read(slot, id);
        const auto details = key ? open_call_details(*key, sealed) : std::nullopt;
        if (!details) continue;
        for (const auto& token : number_tokens(index_key, details->parties))
          db.run("INSERT OR IGNORE INTO call_token(token, segment) VALUES(?, ?)", token, id);
        ++indexed;
      }
    });
  }
  return indexed;
}
}  // namespace

void finish_restore(const FinishRestoreParts& parts) {
  const auto mark = parts.state / "restored", list = parts.state / "restored.deletions";
  if (!fs::exists(mark)) return;
  const auto used = read_restored_mark(parts.state);  // before anything is done by it
  const auto index_key = number_index_key(parts.keys.root());
  const auto calls = index_calls(parts, index_key);  // first, for holds by number are asked through it
  mend_restored_holds(parts, used);
  parts.holds.adopt_stray_files();  // also those placed after the copy of the catalogue, before anything could be deleted
  const auto numbers = parts.holds.index_numbers();
  DeletionsApplied applied;
  if (fs::exists(list)) {
    const auto bytes = read_left(list, kLargestList);
    parts.catalogue.write([&](Catalogue::Transaction& transaction) {
      applying(list, [&] { applied = apply_deletion_list(transaction.db, bytes); });
      note_erased_again(transaction.db, parts.clock.now());
    });
  }
  const auto lost = mark_keyless_as_lost(parts);
  take_backups(parts, used);
  forget_removed(parts.catalogue, parts.clock.now());
  const json::object subject{{"backups", json::object{{"data_made_at", used.data_made_at}, {"keys_made_at", used.keys_made_at}}},
                             {"tombstones", applied.tombstones}, {"deleted_again", applied.rows.size()}, {"lost", lost}, {"calls_indexed", calls}, {"numbers_of_holds", numbers},
                             {"holds", to_json(used.holds)}};
  parts.catalogue.append_ledger(ledger_entry(parts.clock.now(), {"tenured"}, "restore", json::serialize(subject)));
  static_cast<void>(parts.eraser.finish_condemned());
  static_cast<void>(complete_tombstones(parts.catalogue, tombstone_file(parts.state)));  // no backup has that file
  log_warning("event=restored deleted_again={} lost={} calls_indexed={} holds_in_backup={} holds_from_copies={}", applied.rows.size(), lost, calls,
              used.holds.in_backup, used.holds.from_copies);
  remove_file(list);
  remove_file(parts.state / "restored.backups");
  remove_file(mark);
  sync_directory(parts.state);
}

}  // namespace tenure::storage
