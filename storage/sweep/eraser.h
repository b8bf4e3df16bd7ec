// Deletes, in the order of invariant I3, each step named: (1) condemned, committed; (2) both key slots overwritten and
// synced; (3) file unlinked; (4) its directory synced; (5) tombstone and ledger entry in one transaction. A crash
// anywhere leaves a prefix; finish_condemned() runs the same tail. What to delete is decided elsewhere (retention.h).
// One call at a time; calls from two threads wait for each other.
#pragma once
#include <functional>
#include <mutex>

#include "base/synchronized.h"
#include "storage/catalogue/catalogue.h"
#include "storage/keys/key_slots.h"
#include "storage/retention.h"
#include "storage/vault/vault.h"

namespace tenure::storage {

class Eraser {
 public:
  // `tombstones`: the file that keeps deleted calls from coming back should the catalogue be lost; empty: none is kept.
  Eraser(Catalogue& catalogue, const Clock& clock, Vaults& vaults, KeySlots& keys, Path tombstones = {});
  // Step 1: `choose` picks rows inside the transaction that marks them, so that a hold is either seen by it or finds
  // them condemned (I7). Then steps 2 to 5. Returns what went; empty when nothing was chosen. What one key slot, file or
  // folder refuses stays condemned and keeps nothing else from going; Error when nothing can.
  using Choose = std::function<std::vector<SegmentRow>(Catalogue::Transaction&, const TrustedTime&)>;
  std::vector<SegmentRow> erase(Cause cause, const Choose& choose);
  // The tail of deletions that a crash or a failure interrupted. Rows of off-line vaults wait (I19). Returns what went.
  std::vector<SegmentRow> finish_condemned();
  // How many recordings of vaults that are on line could not be removed since finish_condemned() began last, and why.
  // Empty: all went.
  std::string stuck() const;
  // For crash tests: called before step 1..5 of every batch.
  void on_step(std::function<void(int step)> callback) { on_step_ = std::move(callback); }

 private:
  std::vector<SegmentRow> finish(Cause cause, std::vector<SegmentRow> rows);
  void bury(Cause cause, const std::vector<SegmentRow>& rows);
  void tell_stuck(const std::vector<SegmentRow>& rows, const std::string& why);
  Catalogue& catalogue_;
  const Clock& clock_;
  Vaults& vaults_;
  KeySlots& keys_;
  const Path tombstones_;
  std::mutex mutex_;
  struct StuckRows { std::size_t count = 0; std::string why; };
  mutable Synchronized<StuckRows> stuck_;
  std::function<void(int)> on_step_;
};

std::uint64_t bytes_of(const std::vector<SegmentRow>& rows);

}  // namespace tenure::storage
