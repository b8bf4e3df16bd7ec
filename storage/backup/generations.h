// Generations of key backups as they lie in their folders, which may hold more than the catalogue knows: after a restore,
// those made since, or of a history that is no more. And whether a folder is the one that was used before. The caller sees
// to it that none is being made.
#pragma once
#include <map>

#include "storage/backup/backups.h"

namespace tenure::storage {

// Each folder that a generation was finished in, and when the newest was made: these are kept up, also when what was in
// them had to go.
std::map<std::string, Instant> kept_up_folders(Catalogue& catalogue);
// Puts on record what lies in the known folders, is sealed for this ledger and has no row: unverified, so that nothing
// counts on it, and it goes with the rest. Forgets what a crash kept from its first byte.
void settle_generations(Catalogue& catalogue, const Clock& clock, const std::string& ledger_key);
// After a restore: what is not in its folder, though the folder's disk is there, was removed before the machine was lost.
void forget_removed(Catalogue& catalogue, Instant now);

// Throws Error{io} when the folder is not there, or was used before and has nothing of it: the mount point of a disk that
// is elsewhere.
void must_be_mounted(Catalogue& catalogue, const Path& folder);
bool is_mounted(Catalogue& catalogue, const Path& folder);
// So that it is known again.
void mark_folder(const Path& folder);
bool is_marked(const Path& folder);

}  // namespace tenure::storage
