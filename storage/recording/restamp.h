// Moves what was stamped while trusted time was doubtful, once the right time is known (I12): its times and its expiry,
// in one transaction with the ledger entry, before the clock itself takes the step, so that no sweep sees the new time
// with the old stamps. Files stay where they lie (`filed_at`). docs/design/time.md says why each step is safe.
#pragma once
#include "base/trusted_time.h"
#include "storage/people/approvals.h"

namespace tenure::storage {

namespace sqlite {
class Connection;
}

struct RestampReport {
  std::uint64_t segments = 0, gaps = 0;
  std::uint64_t undecided = 0;     // of an earlier line that never was settled: kept for the longest, shown for the shortest
  std::uint64_t ledger_number = 0;
};

struct RestampOrder {
  Settlement settlement;
  TrustedTime before;              // the interval as it still is
  Instant now;                     // by the time that is now right
  Actor actor;
  std::string act, reason;         // for the ledger
  std::optional<ApprovedAct> approval{};  // used up in the same transaction
};

// Done before, wholly, when the line was already settled: then nothing moves and no entry is written.
RestampReport restamp(Catalogue& catalogue, const RestampOrder& order);

// What a row or gap needs that arrives after its line was settled. Inside a transaction.
void restamp_if_settled(sqlite::Connection& db, const SegmentRow& row);
void restamp_gaps_if_settled(sqlite::Connection& db, Instant line);

// The latest instant that the ledger proves: for a clock whose mark is lost.
Instant latest_recorded(Catalogue& catalogue);

}  // namespace tenure::storage
