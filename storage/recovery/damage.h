// What is known to be damaged: kept, and not what was recorded any more. Whoever reads finds it, the scrub or an export;
// here it is noted, for status and doctor to show. Any thread; blocks on the disk.
#pragma once
#include "base/file.h"
#include "storage/catalogue/catalogue.h"

namespace tenure::storage {

// Noted once, with an entry in the ledger; an empty `why` takes it back. True when that is news. Whatever was found: a
// sweep may have taken the segment meanwhile, and then there is nothing to note.
bool note_damage(Catalogue& catalogue, const Clock& clock, const SegmentRow& row, const std::string& why);

// No such file, by all that can be seen: where a folder may not be looked into, nothing is missing.
bool is_missing(const Path& path);

}  // namespace tenure::storage
