// What start-up does before anything is served: finishes interrupted deletions, salvages or drops what was being
// recorded, adopts or quarantines files without a row, and hold files without theirs (I1, I2, I3, I7). One thread, alone.
#pragma once
#include "storage/storage.h"

namespace tenure::storage {

struct RecoveryParts {
  Catalogue& catalogue;
  const Clock& clock;
  Vaults& vaults;
  KeySlots& keys;
  Holds& holds;
  Eraser& eraser;
  CallStore* calls = nullptr;  // none: a call without a row is quarantined
};

RecoveryReport recover(const RecoveryParts& parts, const Progress& progress = {});
// What a recorder or an import of this process gave up half-way, by the same rules, while everything else goes on.
// Returns what must wait: its vault is off line, or its disk does not answer.
std::vector<SegmentRow> settle_failed(const RecoveryParts& parts, const std::vector<SegmentRow>& rows);

}  // namespace tenure::storage
