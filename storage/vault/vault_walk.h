// Every sealed file of a vault by its path, for recovery, rebuild and the scrub. Any thread; blocks on the disk.
#pragma once
#include <vector>

#include "base/file.h"

namespace tenure::storage {

inline constexpr const char* kQuarantine = "quarantine";

// The hour folders below a vault's root, <class>/<source>/<yyyy>/<mm>/<dd>/<hh>, newest hour first.
std::vector<Path> hour_folders(const Path& root);
// Those of the newest `days` days that each source has.
std::vector<Path> newest_hour_folders(const Path& root, std::size_t days);
// The files in one of them that end in .seg, by name; empty when the folder is gone.
std::vector<Path> sealed_files(const Path& hour);
// Whether the disk gives all of it to this user, seen by reading it: an unreadable file is so told from what else fails.
bool can_be_read(const Path& file);

}  // namespace tenure::storage
