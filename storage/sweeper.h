// Deletes what has expired, by the Eraser, in batches. One thread at a time.
#pragma once
#include "storage/eraser.h"

namespace tenure::storage {

struct SweepReport {
  std::uint64_t deleted = 0, bytes = 0;
  std::vector<SegmentRow> due;          // dry run: what would go now
  std::uint64_t held_back = 0;          // expired and kept by a hold
  std::optional<Instant> next;          // the next expiry
};

class Sweeper {
 public:
  Sweeper(Catalogue& catalogue, const Clock& clock, const Vaults& vaults, Eraser& eraser);
  // Everything due by now, in batches, so that holds placed meanwhile get in between.
  SweepReport sweep();
  SweepReport dry_run() const;

 private:
  Catalogue& catalogue_;
  const Clock& clock_;
  const Vaults& vaults_;
  Eraser& eraser_;
};

}  // namespace tenure::storage
