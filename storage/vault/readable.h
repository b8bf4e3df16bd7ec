// Tells a file that cannot be read from whatever else fails beside it: a backup and a start go on past the one, and
// stop at the other. Any thread; blocks on the disk.
#pragma once
#include "base/file.h"

namespace tenure::storage {

// Whether the disk gives all of it to this user, seen by reading it whole. False too when it is not there.
bool can_be_read(const Path& file);

}  // namespace tenure::storage
