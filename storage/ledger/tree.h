// The Merkle tree inside the catalogue: tiles of 256 hashes, as C2SP tlog-tiles divides a tree. Every function works inside
// the caller's transaction or snapshot, so that the tree is always the tree of exactly the entries there.
#pragma once
#include "storage/catalogue/sqlite.h"
#include "storage/ledger/merkle.h"

namespace tenure::storage::tree {

inline constexpr std::uint64_t kTileWidth = 256;
inline constexpr std::size_t kTileBytes = kTileWidth * 32;

std::uint64_t size(sqlite::Connection& db);
// So many of the first acts were dropped; their hashes stay.
std::uint64_t pruned(sqlite::Connection& db);
void append(sqlite::Connection& db, const Digest& leaf);
// Hashes of complete subtrees of 256^level leaves, from number index * 256; empty when there are none.
Blob tile(sqlite::Connection& db, unsigned level, std::uint64_t index);
// Reads tiles, keeping those it has read; as long as `db` and its snapshot live.
merkle::Nodes nodes(sqlite::Connection& db);

// The same over tiles from anywhere.
using Tiles = std::function<Blob(unsigned level, std::uint64_t index)>;
merkle::Nodes nodes_of(Tiles tiles);
Digest hash_in(View tile, std::uint64_t at);

}  // namespace tenure::storage::tree
