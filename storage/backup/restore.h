// Bringing a practice back from its backups. restore() runs while no daemon does, into an empty state directory, or one that a
// restore was cut off in; the rest
// happens at the next start, before anything can be read: the deletion list of the key backup is applied, what has lost
// its key is settled, the index is made again. A checkpoint that signs more than the restored catalogue closes content
// (I15).
#pragma once
#include "storage/backup/restored_holds.h"
#include "storage/recovery/recovery.h"

namespace tenure::storage {

struct RestoreRequest {
  Path data;                 // a folder that back_up_data() wrote; empty: keys only
  Path keys;                 // a file that back_up_keys() wrote
  Key recovery_secret{};
  std::string checkpoint;    // the newest that anybody kept; may be empty
};

struct RestoreReport {
  std::uint64_t files = 0, bytes = 0;
  std::string data_made_at, keys_made_at;
  RestoredHolds holds;
  std::vector<std::string> notes;
};

// Throws Error{refused} when something lies there already, Error{corrupt} when a backup is damaged.
RestoreReport restore(const config::Settings& settings, const RestoreRequest& request);

// What to tell whoever would start or rebuild where a restore was cut off; empty when none was. It may be begun again.
std::string unfinished_restore(const Path& state);

struct FinishRestoreParts {
  Catalogue& catalogue;
  const Clock& clock;
  KeySlots& keys;
  Holds& holds;
  Eraser& eraser;
  Path state;
  Progress progress = {};
};
// At the start; does nothing unless a restore was made. Crashing in it leaves it to be done again.
void finish_restore(const FinishRestoreParts& parts);

}  // namespace tenure::storage
