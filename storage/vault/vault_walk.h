// Every sealed file of a vault by its path, for recovery, rebuild and the scrub. Any thread; blocks on the disk.
#pragma once
#include <vector>

#include "base/file.h"

namespace tenure::storage {

inline constexpr const char* kQuarantine = "quarantine";

// The hour folders below a vault's root, <class>/<source>/<yyyy>/<mm>/<dd>/<hh>, newest hour first. A folder that is there
// and cannot be looked into is passed over, and put into `unread` if that is given.
std::vector<Path> hour_folders(const Path& root, std::vector<Path>* unread = nullptr);
// Those of the newest `days` days that each source has.
std::vector<Path> newest_hour_folders(const Path& root, std::size_t days);
// The files in one of them that end in .seg, by name; empty when the folder is gone.
std::vector<Path> sealed_files(const Path& hour, std::vector<Path>* unread = nullptr);

}  // namespace tenure::storage
