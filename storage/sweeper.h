// Deletes what has expired, in the order of invariant I3, each step named: (1) condemned, committed; (2) both key slots
// overwritten and synced; (3) file unlinked; (4) its directory synced; (5) tombstone and ledger entry in one
// transaction. A crash anywhere leaves a prefix; finish_condemned() runs the same tail. One thread at a time.
#pragma once
#include <functional>

#include "storage/catalogue.h"
#include "storage/key_slots.h"
#include "storage/vault.h"

namespace tenure::storage {

struct SweepReport {
  std::uint64_t deleted = 0, bytes = 0;
  std::vector<SegmentRow> due;          // dry run: what would go now
  std::uint64_t held_back = 0;          // expired and kept by a hold
  std::optional<Instant> next;          // the next expiry
};

class Sweeper {
 public:
  Sweeper(Catalogue& catalogue, const Clock& clock, Vaults& vaults, KeySlots& keys);
  // Everything due by now, in batches, so that holds placed meanwhile get in between.
  SweepReport sweep();
  SweepReport dry_run() const;
  // At start, before anything is served: the tail of deletions that a crash interrupted.
  std::uint64_t finish_condemned();
  // For crash tests: called before step 1..5 of every batch.
  void on_step(std::function<void(int step)> callback) { on_step_ = std::move(callback); }

 private:
  Catalogue& catalogue_;
  const Clock& clock_;
  Vaults& vaults_;
  KeySlots& keys_;
  std::function<void(int)> on_step_;
};

}  // namespace tenure::storage
