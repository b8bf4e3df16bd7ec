// The catalogue, read-only and in the attestation's own words: no query here is shared with what keeps or deletes. Each
// call is a short read of its own, so that no reader holds the write-ahead log up. One thread at a time.
#pragma once
#include <functional>
#include <map>

#include "base/period.h"
#include "storage/attestation/attestation.h"
#include "storage/catalogue/sqlite.h"
#include "storage/types.h"

namespace tenure::storage::attestation {

struct Promise {
  Period period;  // in force
  bool from_end = true;
  std::vector<std::pair<Instant, Period>> versions;  // since when each was, oldest first
};

struct RowLook {
  SegmentId id;
  std::string source, cls, vault;
  Kind kind = Kind::camera;
  State state = State::live;
  Instant start, end, expires_at;
  std::uint64_t bytes = 0, slot = 0;
  std::optional<Instant> filed_at;  // where its times were moved: the start that its file was made with
};

struct BackupLook {
  bool keys = false;  // else recordings, sealed
  Path folder, file;
  Instant made_at;
  bool verified = false, gone = false;
  std::uint64_t bytes = 0;
  Digest sha256{};  // of the file; of recordings: of the copy of the catalogue
};

class CatalogueLook {
 public:
  explicit CatalogueLook(const Path& file);
  std::map<std::string, Promise> promises();
  std::map<std::string, std::string> vault_ids();
  std::optional<RowLook> row(const SegmentId& id);
  bool was_deleted(const SegmentId& id);
  // Every row, in pages; rows that come or go meanwhile may be missed.
  void each_row(const std::function<void(const RowLook&)>& look);
  // That is noted not to be what was recorded any more.
  void each_damaged(const std::function<void(const RowLook&)>& look);
  // Whether a hold that still counts at `lo` covers it.
  bool is_held(const RowLook& row, Instant lo);
  // Of a file of which only this is known; `source` empty: not even that, and any hold may.
  bool may_be_held(const std::string& source, Instant begun, Instant lo);
  std::vector<HoldReport> holds(Instant lo, Instant hi);
  bool knows_hold(const std::string& id);  // in whatever state
  std::vector<GapReport> gaps(Instant since);
  std::map<std::string, std::uint64_t> acts(Instant since);
  std::vector<ErasureReport> erasures(Instant since);  // by what the ledger says of them
  // `line`: what is dated from then on has no date yet.
  std::vector<RollbackReport> rollbacks(Instant since, const std::optional<Instant>& line);
  std::uint64_t deleted_early(Instant since);
  std::uint64_t waiting_deletions();  // recordings that a stopped sweep asks about
  std::vector<BackupLook> backups();  // also those that were removed, oldest first
  void each_deleted_since(Instant since, const std::function<void(Instant start, Instant deleted)>& look);
  // Whether what deletes has found, since then, that nobody has this key: it ends it a day later.
  bool is_stray_key(std::uint64_t slot, Instant found_since);
  // Erased by order after `made_at`, and recorded before.
  std::uint64_t erased_since(Instant made_at);
  // A backup of recordings that was begun after `since` and is not finished: what lies in its folder is half of it.
  bool is_backup_unfinished(Instant since);
  // Of a copy: what finds calls by number, and logins.
  bool has_index();
  std::optional<Instant> newest();  // of what is recorded or done
  // Batches of recordings in the ledger of which fewer are accounted for than it says.
  std::uint64_t short_batches();

 private:
  // `where` selects the next page of them: those behind ?1, at most ?2.
  void each_of(const std::string& where, const std::function<void(const RowLook&)>& look);
  void count_kept(HoldReport& hold, const RawId& id, Instant lo);
  sqlite::Connection db_;
};

}  // namespace tenure::storage::attestation
