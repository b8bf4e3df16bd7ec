// The part of a rebuild that reads the vaults: a row for each sealed file whose key is live. One thread.
#pragma once
#include <set>

#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/keys/key_slots.h"
#include "storage/recovery/rebuild.h"
#include "storage/sealed/sealed_file.h"
#include "storage/vault/vault.h"

namespace tenure::storage {

// A stretch of doubtful time that was settled, in the times as they were stamped then (docs/design/time.md).
struct SettledStretch {
  Instant line, until;
};
// As the ledger's entries name them; also put where the new catalogue keeps them.
std::vector<SettledStretch> take_stretches(sqlite::Connection& db);

// Minutes between two recordings of a camera that nothing explains any more, where the sweep can have deleted nothing: what
// lay there could not expire before `latest`, the latest that it can be now, or all of it has been held since before it
// could. So behind the holds. How many gaps.
std::uint64_t take_unexplained_gaps(sqlite::Connection& db, Instant latest);

class VaultReader {
 public:
  VaultReader(const Clock& clock, Vaults& vaults, KeySlots& keys, const Key& index_key,
              std::vector<SettledStretch> stretches, RebuildReport& report)
      : clock_(clock),
        vaults_(vaults),
        keys_(keys),
        index_key_(index_key),
        stretches_(std::move(stretches)),
        report_(report) {}
  // Inside a transaction of the new catalogue. What cannot be read stays and is named; throws Error{refused} when that says
  // nothing of the file: its vault went, or another disk failed.
  void take(sqlite::Connection& db, const std::string& vault, const Path& path);
  void leave(const Path& path, const std::string& why);
  // Its file, or a folder in which that may lie, or a file that does not say whose it is.
  bool may_have_left(const SegmentId& id) const;
  // The line whose settlement moves what was stamped then; else the one that is doubtful now.
  std::optional<Instant> line_of(Instant start) const;

 private:
  void take_call(sqlite::Connection& db, SegmentRow row, const SealedFooter& footer, const Key& key, const Path& path);
  bool is_second_copy(sqlite::Connection& db, const CallRecord& record, const Path& path);
  void finish_deletion(sqlite::Connection& db, const SegmentRow& row, const Path& path);
  void put_aside(const std::string& vault, const Path& path);
  bool is_keyless(sqlite::Connection& db, const SegmentId& id);
  void must_be_to_blame(const std::string& vault, const Path& path, const Error& error) const;

  const Clock& clock_;
  Vaults& vaults_;
  KeySlots& keys_;
  const Key& index_key_;
  const std::vector<SettledStretch> stretches_;
  RebuildReport& report_;
  std::vector<Path> left_;
  std::optional<std::set<SegmentId>> keyless_;  // read when first asked for
};

}  // namespace tenure::storage
