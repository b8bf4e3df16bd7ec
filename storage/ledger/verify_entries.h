// The part of verification that reads acts: each is made a line anew and hashed, held to its bundle's file and to its
// details. In stretches that several threads take one after another, each thread on a snapshot of its own.
#pragma once
#include "storage/ledger/verify_tree.h"

namespace tenure::storage {

struct EntryCheck {
  Leaves leaves;
  std::vector<LedgerProblem> problems;         // by entry
  std::vector<std::uint64_t> without_detail;   // in order
  bool whole = true;                           // false: a stretch broke off, and a problem says why
};

// The first `size` acts, of which the first `pruned` may be missing and the first `published` are in the files.
struct EntryRange {
  std::uint64_t size = 0, pruned = 0, published = 0;
};
// Any thread, outside a transaction.
EntryCheck check_entries(Catalogue& catalogue, const Path& folder, const EntryRange& range);

}  // namespace tenure::storage
