// What a restore leaves for the next start to finish with: which backups it took. Only a bad disk or a hand can have
// changed that file; it is read before anything is done by it. Any thread.
#pragma once
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/id.h"
#include "storage/backup/restored_holds.h"

namespace tenure::storage {

using BackupId = Id<struct BackupTag>;

struct RestoredMark {
  std::string data_made_at, keys_made_at;  // for the ledger, as the backups' headers say it
  // The backup of the keys that was used, and where it lies.
  BackupId keys_id;
  Instant keys_made;
  Path keys_file;
  std::uint64_t keys_bytes = 0;
  Digest keys_sha256{};
  RestoredHolds holds;
};

// Throws Error{corrupt} with what is wrong with it; nothing else, whatever it is given.
RestoredMark parse_restored_mark(std::string_view text);
// Throws Error that names the file and says what to do.
RestoredMark read_restored_mark(const Path& state);
// The same for the lists that lie beside it, and why one cannot be used.
[[noreturn]] void throw_unfinishable(const Path& file, const Error& why);

}  // namespace tenure::storage
