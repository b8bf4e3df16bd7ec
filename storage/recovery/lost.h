// What is lost (I19): rows whose file is missing, which stay listed until the file is back or their time is over; and
// how a rebuilt catalogue knows of them again (I20).
#pragma once
#include <functional>
#include <set>

#include "storage/catalogue/catalogue.h"
#include "storage/keys/key_slots.h"
#include "storage/vault/vault.h"

namespace tenure::storage {

namespace sqlite {
class Connection;
}

// Those whose time ends first, at most `limit`. Not what is past its date and not held: it goes with the next sweep,
// and behind a restore it may have been deleted in its time. Any thread.
std::vector<SegmentRow> lost_recordings(Catalogue& catalogue, const TrustedTime& time, std::size_t limit);
std::uint64_t count_lost(sqlite::Connection& db, const TrustedTime& time);  // the same, all of them
// Neither are these told as lost: missing too, but the time is not settled, and their date may be over, as behind a
// restore that of what was deleted in its time is. Once it is settled they are the one or the other.
std::uint64_t count_not_judged(Catalogue& catalogue, const TrustedTime& time);

// The subject of the ledger's entry `lost`: of footage all that a rebuild needs to bring its row back; of a call its id
// and folder, for the rest was sealed in its file. `keyless`: behind a restore its key is missing, so that what its
// slot has is another's, also a mark of erasure.
std::string loss_subject(const SegmentRow& row, bool keyless = false);
// Those of them, and not found since.
std::set<SegmentId> keyless_losses(sqlite::Connection& db);

struct TakenLosses {
  std::uint64_t footage = 0;  // rows, lost again
  std::uint64_t others = 0;   // of which the ledger says too little for a row: calls
};
struct LossParts {
  KeySlots& keys;
  const Vaults& vaults;
  std::function<std::optional<Instant>(Instant start)> line_of;  // of what was stamped then, in doubt
};
// For a rebuild, inside its transaction, when the ledger and every file have been taken: the row of each recording that
// was lost, not found since, and is neither there nor deleted.
TakenLosses take_losses(sqlite::Connection& db, const LossParts& parts);
// Behind that and the holds: a loss is told until its time is over, or that of a hold on it. One whose key is gone, in
// a slot that has another by now, was deleted when its time was over, unless a hold had it then. How many rows went.
std::uint64_t drop_ended_losses(sqlite::Connection& db, KeySlots& keys, const TrustedTime& time);

}  // namespace tenure::storage
