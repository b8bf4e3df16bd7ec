// What follows a restore, at the start and before anything can be read.
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/backup/deletion_list.h"
#include "storage/backup/restore.h"
#include "storage/calls/call_details.h"
#include "storage/calls/numbers.h"

namespace tenure::storage {

namespace fs = boost::filesystem;
namespace json = boost::json;

namespace {
constexpr std::size_t kLargestList = std::size_t{2} << 30;
constexpr std::size_t kBatch = 1'000;

// Restored keys decide: a slot that was erased, or given to another since, was erased by a deletion. A key that was never
// there is a loss, told and not taken for a deletion (I19); what is held is never deleted here (I8).
struct Settled { std::uint64_t deleted = 0, lost = 0; };

Settled settle_keys(const FinishRestoreParts& parts) {
  Settled settled;
  const auto time = parts.clock.trusted();
  parts.catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    std::vector<std::pair<SegmentId, std::uint64_t>> rows;
    {
      auto query = db.query("SELECT id, slot FROM segment WHERE state IN (0, 1, 3)");
      while (query.step()) rows.emplace_back(query.id<SegmentId>(0), query.natural(1));
    }
    for (const auto& [id, slot] : rows) {
      if (parts.keys.read(slot, id)) continue;
      const auto holds = hold_view(db, id, time);
      const bool was_deleted = parts.keys.is_taken(slot) && !holds.active && !holds.releasing;
      db.run(was_deleted ? "UPDATE segment SET state = 2 WHERE id = ?" : "UPDATE segment SET state = 3 WHERE id = ?", id);
      ++(was_deleted ? settled.deleted : settled.lost);
    }
  });
  return settled;
}

// The blind index, from the sealed details.
std::uint64_t index_calls(const FinishRestoreParts& parts, const Key& index_key) {
  std::uint64_t indexed = 0;
  SegmentId after{};
  for (bool more = true; more;) {
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
  const auto index_key = number_index_key(parts.keys.root());
  const auto calls = index_calls(parts, index_key);  // first, for holds by number are asked through it
  parts.holds.adopt_stray_files();                    // also those placed after the copy of the catalogue
  const auto numbers = parts.holds.index_numbers();
  DeletionsApplied applied;
  if (fs::exists(list))
    parts.catalogue.write([&](Catalogue::Transaction& transaction) { applied = apply_deletion_list(transaction.db, read_whole(list, kLargestList)); });
  const auto settled = settle_keys(parts);
  const json::object subject{{"backups", json::parse(as_text(read_whole(mark)))}, {"tombstones", applied.tombstones}, {"deleted_again", applied.rows.size()},
                             {"without_key", settled.deleted}, {"lost", settled.lost}, {"calls_indexed", calls}, {"numbers_of_holds", numbers}};
  parts.catalogue.append_ledger(ledger_entry(parts.clock.now(), {"tenured"}, "restore", json::serialize(subject)));
  static_cast<void>(parts.eraser.finish_condemned());
  log_warning("event=restored deleted_again={} without_key={} lost={} calls_indexed={}", applied.rows.size(), settled.deleted, settled.lost, calls);
  remove_file(list);
  remove_file(mark);
  sync_directory(parts.state);
}

}  // namespace tenure::storage
