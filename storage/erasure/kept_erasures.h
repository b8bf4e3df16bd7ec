// Orders of erasure and their certificates, a second time outside the catalogue: a sealed file for each beside the hold
// files, `<id>.erasure`, so that a rebuilt catalogue can still show them, and finish what was ordered (I15, I20).
// Written when the order has been committed and when its certificate has. Any thread; blocks on the disk.
#pragma once
#include "storage/erasure/erasures.h"

namespace tenure::storage {

// As the catalogue has it now. Durable when it returns; writes nothing when the file says so already. Throws Error{io}.
void keep_erasure(Catalogue& catalogue, const Path& state, const Key& root, const ErasureId& id);
// Every one: at the start, for a crash may have come between a commit and its file.
void keep_erasures(Catalogue& catalogue, const Path& state, const Key& root);

struct TakenErasures {
  std::uint64_t orders = 0;
  std::vector<std::string> problems;  // files that are none
};
// For a rebuild, inside its transaction. Throws Error{refused} for one that its disk does not give now.
TakenErasures take_kept_erasures(sqlite::Connection& db, const Path& state, const Key& root);

}  // namespace tenure::storage
