// Where backups are worth little: beside what they back up, or the two kinds beside each other. Said, not refused: a disk
// may be carried away each evening, and a trial has but one.
#pragma once
#include "storage/backup/backups.h"

namespace tenure::storage {

// One sentence for each such folder. `live`: the state folder and the vaults.
std::vector<std::string> poor_places(const std::vector<BackupRow>& known, const std::vector<Path>& live);

}  // namespace tenure::storage
