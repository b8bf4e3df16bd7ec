#include "storage/ledger/verify_tree.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>

#include "base/error.h"

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
constexpr std::size_t kLargestNote = 4096;

void differs(LedgerReport& report, std::uint64_t entry, const std::string& where, const std::string& what) {
  report.problems.push_back({entry, where + ": " + what});
}

// Which entry a checkpoint of `size` speaks against, when that of `good` still held: one already found, else the next.
std::uint64_t first_bad(const LedgerReport& report, std::uint64_t good, std::uint64_t size) {
  std::uint64_t first = 0;
  for (const auto& problem : report.problems)
    if (problem.entry > good && problem.entry <= size && (first == 0 || problem.entry < first)) first = problem.entry;
  return first == 0 ? good + 1 : first;
}

// One level; false at its first difference.
bool check_level(unsigned level, std::span<const Digest> hashes, const tree::Tiles& tiles, const std::string& where,
                 LedgerReport& report) {
  const auto count = (hashes.size() + tree::kTileWidth - 1) / tree::kTileWidth;
  const auto entry = [&](std::uint64_t hash) { return (hash << (8 * level)) + 1; };
  for (std::uint64_t index = 0; index < count; ++index) {
    const auto expected = hashes.subspan(index * tree::kTileWidth, std::min<std::size_t>(tree::kTileWidth, hashes.size() - index * tree::kTileWidth));
    const auto tile = tiles(level, index);
    for (std::size_t at = 0; at < expected.size(); ++at) {
      if ((at + 1) * 32 <= tile.size() && std::memcmp(tile.data() + at * 32, expected[at].data(), 32) == 0) continue;
      const bool missing = (at + 1) * 32 > tile.size();
      differs(report, entry(index * tree::kTileWidth + at), where, missing ? "its hash is missing from the tree" : "it is not what the tree's hash stands for");
      return false;
    }
    if (tile.size() > expected.size() * 32) {
      differs(report, entry(index * tree::kTileWidth + expected.size()), where, "the tree has a hash for it, and there is no such entry");
      return false;
    }
  }
  if (tiles(level, count).empty()) return true;
  differs(report, entry(count * tree::kTileWidth), where, "the tree has a tile that no entry stands for");
  return false;
}
}  // namespace

Digest whole_tile_root(merkle::Hasher& hasher, std::span<const Digest> hashes) {
  std::array<Digest, tree::kTileWidth> row;
  std::copy(hashes.begin(), hashes.end(), row.begin());
  for (std::size_t width = tree::kTileWidth; width > 1; width /= 2)
    for (std::size_t at = 0; at < width / 2; ++at) row[at] = hasher.node(row[2 * at], row[2 * at + 1]);
  return row[0];
}

void check_tiles(const Leaves& leaves, const tree::Tiles& tiles, const std::string& where, LedgerReport& report) {
  if (!check_level(0, leaves.hashes, tiles, where, report)) return;
  merkle::Hasher hasher;
  std::vector<Digest> hashes = leaves.tile_roots;
  for (unsigned level = 1; !hashes.empty(); ++level) {
    if (!check_level(level, hashes, tiles, where, report)) return;
    std::vector<Digest> above;
    for (std::size_t at = 0; at + tree::kTileWidth <= hashes.size(); at += tree::kTileWidth)
      above.push_back(whole_tile_root(hasher, std::span(hashes).subspan(at, tree::kTileWidth)));
    hashes = std::move(above);
  }
}

void check_notes(const Leaves& leaves, const std::vector<SignedNote>& notes, const std::optional<VerifierKey>& key, LedgerReport& report) {
  struct Root { std::uint64_t size; Digest root; const SignedNote* from; };
  std::vector<Root> roots;
  for (const auto& note : notes) {
    const auto read = read_note(note.note, key.value_or(VerifierKey{}));
    ++report.checkpoints;
    if (!read) { differs(report, 0, note.where, "is no checkpoint"); continue; }
    if (key && !read->is_signed) differs(report, 0, note.where, "is not signed by the ledger's key");
    if (read->checkpoint.size > leaves.hashes.size())
      differs(report, leaves.hashes.size() + 1, note.where, "signs " + std::to_string(read->checkpoint.size) + " entries, and only " +
              std::to_string(leaves.hashes.size()) + " are here: the end was cut off or rolled back");
    else
      roots.push_back({read->checkpoint.size, read->checkpoint.root, &note});
    report.signed_through = std::max(report.signed_through, read->is_signed ? read->checkpoint.size : 0);
  }
  std::ranges::sort(roots, {}, &Root::size);
  merkle::Hasher hasher;
  merkle::Frontier whole;
  auto next = roots.begin();
  std::uint64_t good = 0;  // up to here the last good checkpoint vouches
  bool bad = false;
  for (std::uint64_t tile = 0; tile * tree::kTileWidth <= leaves.hashes.size(); ++tile) {
    merkle::Frontier inner = whole;
    for (; next != roots.end() && next->size <= (tile + 1) * tree::kTileWidth; ++next) {
      while (inner.size() < next->size) inner.push(hasher, leaves.hashes[inner.size()]);
      if (inner.root(hasher) == next->root) { good = next->size; continue; }
      if (!bad) differs(report, first_bad(report, good, next->size), next->from->where,
                        "signs another history of its " + std::to_string(next->size) + " entries");
      bad = true;
    }
    if (tile < leaves.tile_roots.size()) {
      whole.push_subtree(hasher, 8, leaves.tile_roots[tile]);
    } else {
      while (whole.size() < leaves.hashes.size()) whole.push(hasher, leaves.hashes[whole.size()]);
    }
  }
  report.root = whole.root(hasher);
}

std::vector<SignedNote> notes_in_files(const Path& folder) {
  std::vector<SignedNote> notes;
  const auto take = [&](const Path& file) {
    boost::system::error_code error;
    if (!fs::is_regular_file(file, error) || file.extension() == ".new") return;
    const bool fits = fs::file_size(file, error) <= kLargestNote && !error;  // else it is no checkpoint
    notes.push_back({fits ? std::string(as_text(read_whole(file, kLargestNote))) : "", fs::relative(file, folder).string()});
  };
  take(folder / "checkpoint");
  boost::system::error_code error;
  for (fs::directory_iterator at(folder / "checkpoints", error), end; !error && at != end; at.increment(error)) take(at->path());
  std::ranges::sort(notes, {}, &SignedNote::where);
  return notes;
}

void check_pruned(std::uint64_t pruned, const std::string& subject, LedgerReport& report) {
  report.pruned = pruned;
  boost::system::error_code error;
  const auto value = boost::json::parse(subject, error);
  std::uint64_t through = 0;
  if (!error && value.is_object())
    if (const auto* said = value.get_object().if_contains("through"); said != nullptr && said->is_int64())
      through = static_cast<std::uint64_t>(said->get_int64());
  if (through != pruned)
    report.problems.push_back({std::min(through, pruned) + 1, "the entries up to " + std::to_string(pruned) + " are gone, and the last pruning " +
                                                              (through == 0 ? "is not recorded" : "went up to " + std::to_string(through))});
}

std::string to_json(const LedgerReport& report) {
  boost::json::array problems;
  for (const auto& problem : report.problems) problems.push_back({{"entry", problem.entry}, {"what", problem.what}});
  return boost::json::serialize(boost::json::object{
      {"sound", report.sound()}, {"entries", report.entries}, {"signed_through", report.signed_through}, {"pruned", report.pruned},
      {"erased", report.erased}, {"checkpoints", report.checkpoints}, {"batches", report.batches}, {"root", to_base64(report.root)},
      {"problems", std::move(problems)}});
}

void settle(LedgerReport& report) {
  std::stable_sort(report.problems.begin(), report.problems.end(),
                   [](const auto& a, const auto& b) { return a.entry - 1 < b.entry - 1; });  // 0 comes last
  if (report.problems.size() > kMostProblems) report.problems.resize(kMostProblems);
}

}  // namespace tenure::storage
