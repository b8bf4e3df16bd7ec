// What lies in a vault's quarantine is kept as long as its class is promised, counted from the best evidence of its age,
// then its key and file go: nobody knows it, so no row could make it expire. One thread at a time.
#pragma once
#include "storage/recovery/orphans.h"

namespace tenure::storage {

namespace sqlite {
class Connection;
}

struct QuarantineReport {
  std::uint64_t files = 0, ended = 0;  // still there; gone now
};

// Held is sacred (I8): whatever a hold may mean stays. Vaults that are off line are left out.
QuarantineReport end_quarantine(const OrphanParts& parts);

// Header, else the id in its name, else when it was written.
struct Evidence {
  std::optional<SealedHeader> header;
  Instant from;
};
Evidence evidence_of(const Path& file);
// What was promised is over by that evidence, and no hold may mean it.
bool is_over(sqlite::Connection& db, const Evidence& evidence, const TrustedTime& time);

}  // namespace tenure::storage
