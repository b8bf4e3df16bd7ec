// Files without a row (I2): adopted with a ledger entry when their fragments verify and their key slot is live, else
// quarantined and reported. One thread at a time.
#pragma once
#include <optional>

#include "storage/calls/call_store.h"
#include "storage/sealed/sealed_file.h"

namespace tenure::storage {

struct OrphanParts {
  Catalogue& catalogue;
  const Clock& clock;
  Vaults& vaults;
  KeySlots& keys;
  CallStore* calls = nullptr;  // none: a call without a row is quarantined
};

// dropped: another copy of what is kept or was deleted. unreadable: the disk does not give all of it, or refuses it to
// this user: it stays, and keeps no other from its turn.
enum class Settled { known, adopted, quarantined, dropped, unreadable };
// What to do with one file of a vault; nothing when it has its row. Throws Error{io} or Error{unavailable} when nothing
// can be said of it now.
Settled settle_file(const OrphanParts& parts, const std::string& vault, const Path& path);

// Moves it to the vault's folder `quarantine`, with a ledger entry.
void quarantine(const OrphanParts& parts, const std::string& vault, const Path& file, const std::string& why);

bool is_there(const Path& path);
// What header, and then footer, say of a file for its row. The state is live, the expiry not yet known.
SegmentRow row_of(const SealedHeader& header, const std::string& vault);
void fill_from(SegmentRow& row, const SealedFooter& footer, const Path& path);
// A missing file is no deletion (I19): its live row becomes lost, alarmed and in the ledger. False when it is not live any
// more: a sweep may have taken it meanwhile.
bool lose(Catalogue& catalogue, const Clock& clock, const SegmentRow& row, const std::string& why);
void note(Catalogue& catalogue, const Clock& clock, const std::string& act, const std::string& segment,
          const std::string& why);

}  // namespace tenure::storage
