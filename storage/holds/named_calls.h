// What a hold names by id, as people are told it. Any thread; blocks on the disk.
#pragma once
#include "storage/catalogue/catalogue.h"
#include "storage/holds/holds.h"

namespace tenure::storage {

// Footage of its spans whose time was settled since is kept by its id, too, like a call; nobody named it.
void leave_out_footage(Catalogue& catalogue, Hold& hold);

}  // namespace tenure::storage
