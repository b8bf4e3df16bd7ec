// What is lost now (I19): rows whose file is missing, which stay listed until the file is back or their time is over.
#pragma once
#include "storage/catalogue/catalogue.h"

namespace tenure::storage {

// Those whose time ends first, at most `limit`. Any thread.
std::vector<SegmentRow> lost_recordings(Catalogue& catalogue, std::size_t limit);

}  // namespace tenure::storage
