#include "storage/ledger/tree.h"

#include <map>
#include <memory>

#include "base/error.h"

namespace tenure::storage::tree {

namespace {
constexpr unsigned kLevelShift = 40;
constexpr unsigned kTileHeight = 8;

std::uint64_t place_of(unsigned level, std::uint64_t index) { return std::uint64_t{level} << kLevelShift | index; }

struct Edge { std::uint64_t index = 0, width = 0; };

// The last tile of a level; width 0 when the level is empty.
Edge edge_of(sqlite::Connection& db, unsigned level) {
  auto query = db.query("SELECT place, length(hashes) FROM ledger_tile WHERE place >= ? AND place < ? ORDER BY place DESC LIMIT 1",
                        place_of(level, 0), place_of(level + 1, 0));
  if (!query.step()) return {};
  return {query.natural(0) - place_of(level, 0), query.natural(1) / 32};
}

Digest tile_root(View tile) {
  merkle::Hasher hasher;
  merkle::Frontier frontier;
  for (std::uint64_t at = 0; at < tile.size() / 32; ++at) frontier.push(hasher, hash_in(tile, at));
  return frontier.root(hasher);
}

void append_at(sqlite::Connection& db, unsigned level, const Digest& hash) {
  const auto edge = edge_of(db, level);
  if (edge.width == 0 || edge.width == kTileWidth) {
    db.run("INSERT INTO ledger_tile(place, hashes) VALUES(?, ?)", place_of(level, edge.width == 0 ? 0 : edge.index + 1), hash);
    return;
  }
  // The operator || would make a text of it.
  Blob grown = tile(db, level, edge.index);
  grown.insert(grown.end(), hash.begin(), hash.end());
  db.run("UPDATE ledger_tile SET hashes = ? WHERE place = ?", grown, place_of(level, edge.index));
  if (edge.width + 1 == kTileWidth) append_at(db, level + 1, tile_root(grown));
}
}  // namespace

std::uint64_t size(sqlite::Connection& db) {
  const auto edge = edge_of(db, 0);
  return edge.index * kTileWidth + edge.width;
}

std::uint64_t pruned(sqlite::Connection& db) {
  auto query = db.query("SELECT through FROM ledger_pruned");
  query.step();
  return query.natural(0);
}

void append(sqlite::Connection& db, const Digest& leaf) { append_at(db, 0, leaf); }

Blob tile(sqlite::Connection& db, unsigned level, std::uint64_t index) {
  auto query = db.query("SELECT hashes FROM ledger_tile WHERE place = ?", place_of(level, index));
  return query.step() ? query.blob(0) : Blob{};
}

Digest hash_in(View tile, std::uint64_t at) {
  if ((at + 1) * 32 > tile.size()) throw Error(ErrorKind::corrupt, "The ledger's tree lacks a hash: run tenure ledger verify.");
  Digest hash;
  std::memcpy(hash.data(), tile.data() + at * 32, hash.size());
  return hash;
}

merkle::Nodes nodes_of(Tiles tiles) {
  struct Cache { Tiles tiles; std::map<std::uint64_t, Blob> seen; };
  auto cache = std::make_shared<Cache>(Cache{std::move(tiles), {}});
  return [cache](unsigned level, std::uint64_t position) {
    const unsigned inside = level % kTileHeight;
    const auto first = position << inside;
    const auto index = first / kTileWidth;
    const auto [found, fresh] = cache->seen.try_emplace(place_of(level / kTileHeight, index));
    if (fresh) found->second = cache->tiles(level / kTileHeight, index);
    merkle::Hasher hasher;
    merkle::Frontier frontier;
    for (std::uint64_t at = 0; at < (std::uint64_t{1} << inside); ++at)
      frontier.push(hasher, hash_in(found->second, first % kTileWidth + at));
    return frontier.root(hasher);
  };
}

merkle::Nodes nodes(sqlite::Connection& db) {
  return nodes_of([&db](unsigned level, std::uint64_t index) { return tile(db, level, index); });
}

}  // namespace tenure::storage::tree
