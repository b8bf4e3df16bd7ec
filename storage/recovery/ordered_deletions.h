// What orders of erasure named, in a rebuilt catalogue: what of it is still there is condemned, and what is gone has
// its tombstone again, with the time. By that it is known which backups of the keys are from before it and open it yet
// (I6, I15).
#pragma once
#include <functional>

#include "base/file.h"
#include "base/id.h"
#include "storage/catalogue/sqlite.h"

namespace tenure::storage {

struct OrderedDeletions {
  Path tombstones;  // the file
  Instant now;
  std::function<bool(const SegmentId&)> may_be_there;  // in a file that the rebuild had to leave
};
// For a rebuild, inside its transaction, behind the orders and the files. The time is the certificate's; without it
// that of the file of tombstones, which has calls only; else the latest that it can have been. Without either, what may
// still lie in a file that was left has no tombstone (I3).
void take_ordered_deletions(sqlite::Connection& db, const OrderedDeletions& rebuilt);

}  // namespace tenure::storage
