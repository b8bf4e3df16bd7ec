// The ledger of a new catalogue, from the tile files of the old one (I20): acts, tree, and the checkpoints that lie
// there. Who acted and why was in the old catalogue only and is gone, as if erased. Inside the caller's transaction.
#pragma once
#include "storage/ledger/entry.h"

namespace tenure::storage {

struct Reloaded {
  std::uint64_t entries = 0, pruned = 0;
  std::string problem;  // where the files break off; what lies behind was not taken
};

// `db` has the tables of the ledger, and nothing in them. Throws Error{refused} for a file that its disk does not
// give now.
Reloaded reload_ledger(sqlite::Connection& db, const Path& folder);

// When the last act in the files was; nothing when there is none.
std::optional<Instant> latest_in_files(const Path& folder);

// The entries up to here came from files after a catalogue was lost, without their details and batches; 0: none did.
std::uint64_t rebuilt_through(sqlite::Connection& db);

}  // namespace tenure::storage
