// Verification from files alone: what share/verify-ledger.py does with other means.
#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "storage/ledger/entry.h"
#include "storage/ledger/tile_files.h"
#include "storage/ledger/verify_tree.h"

namespace tenure::storage {

namespace {
class FileWalk {
 public:
  FileWalk(const Path& folder, LedgerReport& report) : folder_(folder), report_(report) {}

  Leaves run(std::uint64_t size) {
    for (std::uint64_t index = 0; index * tree::kTileWidth < size; ++index) take(index, size);
    return std::move(leaves_);
  }
  std::string last_prune;     // subject of the last act of pruning
  std::uint64_t pruned = 0;   // entries whose bundles are gone

 private:
  void problem(std::uint64_t entry, std::string what) {
    if (report_.problems.size() < kMostProblems) report_.problems.push_back({entry, std::move(what)});
  }

  void take(std::uint64_t index, std::uint64_t size) {
    const auto first = index * tree::kTileWidth;
    const auto wanted = std::min(tree::kTileWidth, size - first);
    const auto tile = read_tile_file(folder_, tile_path(0, index));
    const auto bytes = read_tile_file(folder_, bundle_path(index));
    const bool gone = bytes.empty() && pruned == first && wanted == tree::kTileWidth;
    if (gone) pruned = first + wanted;
    const auto bundle = read_bundle(bytes);
    for (std::uint64_t at = 0; at < wanted; ++at) {
      if (at < bundle.bodies.size()) {
        leaves_.hashes.push_back(leaf_of(first + at + 1, bundle.bodies[at]));
        continue;
      }
      if (!gone && at == bundle.bodies.size()) problem(first + at + 1, bundle_path(index) + ": it is missing");
      leaves_.hashes.push_back((at + 1) * 32 <= tile.size() ? tree::hash_in(tile, at) : Digest{});
    }
    if (bundle.bodies.size() > wanted || (!bundle.whole && bundle.bodies.size() >= wanted))
      problem(first + wanted + 1, bundle_path(index) + ": it is not in the tree");
    if (wanted == tree::kTileWidth)
      leaves_.tile_roots.push_back(whole_tile_root(hasher_, std::span(leaves_.hashes).last(tree::kTileWidth)));
  }

  Digest leaf_of(std::uint64_t number, std::string_view line) {
    if (!line.starts_with(R"({"number":)" + std::to_string(number) + ","))
      problem(number, "the line in its place has another number");
    if (line.find(R"("act":"ledger-prune")") != std::string_view::npos)
      if (const auto body = parse_line(line); body && body->act == "ledger-prune") last_prune = body->subject;
    return hasher_.leaf(as_view(line));
  }

  const Path& folder_;
  LedgerReport& report_;
  Leaves leaves_;
  merkle::Hasher hasher_;
};
}  // namespace

LedgerReport verify_files(const Path& folder, std::optional<VerifierKey> key) {
  LedgerReport report;
  if (!boost::filesystem::is_directory(folder / "tile"))
    throw Error(ErrorKind::not_found, "There is no ledger in " + folder.string() + ": name the folder that holds tile/ and checkpoint.");
  if (!key) key = parse_verifier_key(as_text(read_tile_file(folder, "key.vkey")));
  if (!key) report.problems.push_back({0, "key.vkey: is no verifier key; give one with --key"});
  report.entries = leaves_in_files(folder);
  FileWalk walk(folder, report);
  const auto leaves = walk.run(report.entries);
  check_tiles(leaves, [&folder](unsigned level, std::uint64_t index) { return read_tile_file(folder, tile_path(level, index)); }, "tile", report);
  const auto notes = notes_in_files(folder);
  if (!boost::filesystem::exists(folder / "checkpoint")) report.problems.push_back({0, "checkpoint: is missing"});
  check_notes(leaves, notes, key, report);
  check_pruned(walk.pruned, walk.last_prune, report);
  settle(report);
  return report;
}

}  // namespace tenure::storage
