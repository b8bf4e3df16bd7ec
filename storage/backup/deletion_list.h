// The deletion list that each key backup carries: what was deleted, so that an older backup of the data, restored beside
// it, brings none of it back (I15). One thread.
#pragma once
#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

// Tombstones: of footage of the last 14 days, of calls of the last 400, of what went before its time until that is over;
// what is condemned, and every token that keeps a deleted call from being imported again.
Blob deletion_list(sqlite::Connection& db, Instant now);
struct DeletionsApplied {
  std::uint64_t tombstones = 0, tokens = 0;
  std::vector<SegmentId> rows;  // that the restored catalogue still had: condemned now
};
// Throws Error{corrupt}.
DeletionsApplied apply_deletion_list(sqlite::Connection& db, View list);

}  // namespace tenure::storage
