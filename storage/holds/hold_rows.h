// Holds as rows of the catalogue, for holds.cpp, recovery and the space forecast only.
#pragma once
#include <functional>

#include "storage/catalogue/catalogue_state.h"
#include "storage/holds/holds.h"

namespace tenure::storage {

struct HoldKeys { Key file, index; };
HoldKeys hold_keys(const Key& root);

// Its rows; what had expired before it was placed, and was not held, is noted as missed by it: in `hold` too.
void insert_hold(sqlite::Connection& db, const HoldKeys& keys, Hold& hold, const TrustedTime& time);
// One that was read from its file: it missed what that says and nothing else, covers footage that was moved since
// where it lay before, and one that was released counts on to its end. False when it has ended.
bool insert_found_hold(sqlite::Connection& db, const HoldKeys& keys, const Hold& hold, const TrustedTime& time);
// Throws Error naming the field and the value: a source or call that is not there, or not any more, and an id of footage.
void check_hold_names(Catalogue& catalogue, const HoldRequest& request);
bool hold_exists(sqlite::Connection& db, const HoldId& id);
std::optional<Hold> load_hold(sqlite::Connection& db, const HoldKeys& keys, const HoldId& id, const TrustedTime& time);
std::vector<Hold> load_holds(sqlite::Connection& db, const HoldKeys& keys, const TrustedTime& time);
// Everything a hold covers that still has a row and was not missed, whatever its state but condemned; oldest first. With
// `expired_by`: only what expires by then.
void each_covered(sqlite::Connection& db, const HoldId& id, const std::function<void(SegmentRow&&)>& body,
                  const std::optional<Instant>& expired_by = {});
// For the ledger: no number, no name.
std::string hold_subject(const Hold& hold);
// What the hold names, what it keeps, what was never recorded, what is gone. `each`: shown all that it keeps.
HoldReceipt make_receipt(sqlite::Connection& db, Hold hold, const TrustedTime& time, const std::function<void(const SegmentRow&)>& each = {});

}  // namespace tenure::storage
