// The copies of the hold files beside each backup of the data: a hold that is younger than that backup comes back with
// it (I7, I8). Not made when a hold is placed, which must not depend on another disk, but within a minute. One thread
// at a time; blocks on the disks.
#pragma once
#include "storage/backup/backups.h"

namespace tenure::storage {

// Makes `folder`/holds agree with the hold files: what is new or was sealed anew is written, durably; the copy of one
// that is gone goes when its hold has ended, by its row or by its own word. Of what nothing says that it ended the copy
// stays. A file that fails keeps no other from its turn; the first failure is thrown then.
void copy_holds(const Backups::Parts& parts, const Path& folder);

constexpr const char* kHoldsNotCopied = "the holds could not be copied to ";
// To each folder that has a backup of the data, or gets one, and is there. Why it failed, of the first that did.
std::string copy_holds_to_all(const Backups::Parts& parts, const std::vector<BackupRow>& known);

}  // namespace tenure::storage
