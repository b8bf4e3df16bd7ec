// The part of verification that asks only for leaves: the tree over them, held to tiles and to signed checkpoints.
#pragma once
#include "storage/ledger/tree.h"
#include "storage/ledger/verify.h"

namespace tenure::storage {

// The leaves of `first` and all after it, a tile (256) at a time, with the root of each whole tile.
struct Leaves {
  std::vector<Digest> hashes;
  std::vector<Digest> tile_roots;
};

// The root of a tile, which must be whole.
Digest whole_tile_root(merkle::Hasher& hasher, std::span<const Digest> hashes);

// A note that signs some first part of the tree.
struct SignedNote {
  std::string note, where;
};

// The first hash of each level that differs from its tile, and tiles that are missing, short or too many.
void check_tiles(const Leaves& leaves, const tree::Tiles& tiles, const std::string& where, LedgerReport& report);
// Every note is signed by the key and signs the root of that many leaves; also sets the report's root.
void check_notes(const Leaves& leaves, const std::vector<SignedNote>& notes, const std::optional<VerifierKey>& key, LedgerReport& report);

// The files `checkpoint` and `checkpoints/*`.
std::vector<SignedNote> notes_in_files(const Path& folder);
// Acts may be missing up to where the last act `ledger-prune` says; its subject, or "" when there is none.
void check_pruned(std::uint64_t pruned, const std::string& last_prune_subject, LedgerReport& report);
// Sorted, the first bad entry first, and cut to kMostProblems.
void settle(LedgerReport& report);

}  // namespace tenure::storage
