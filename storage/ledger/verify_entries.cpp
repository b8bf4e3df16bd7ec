#include "storage/ledger/verify_entries.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/error.h"
#include "base/synchronized.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/ledger/entry.h"
#include "storage/ledger/tile_files.h"

namespace tenure::storage {

namespace {
// Short enough that a thread whose core is busy with other work holds nobody up at the end.
constexpr std::uint64_t kStretch = 8 * tree::kTileWidth;
constexpr std::size_t kMostThreads = 4;  // recording goes on beside it

const std::string kActsWithDetail =
    std::string("SELECT l.number, l.at, l.act, l.subject, l.actor, l.reason, d.actor_salt, d.actor, d.reason_salt, d.reason") +
    " FROM ledger l LEFT JOIN ledger_detail d ON d.number = l.number WHERE l.number > ? AND l.number <= ? ORDER BY l.number";

struct Found {
  std::vector<LedgerProblem> problems;
  std::vector<std::uint64_t> without_detail;
  bool whole = false;
};

// One stretch of whole tiles, or the last.
class Stretch {
 public:
  Stretch(sqlite::Connection& db, const Path& folder, const EntryRange& range, Leaves& leaves, Found& found)
      : db_(db), folder_(folder), pruned_(range.pruned), published_(range.published), leaves_(leaves), found_(found) {}

  void walk(std::uint64_t first, std::uint64_t last) {
    at_ = first;
    try {
      auto query = db_.query(kActsWithDetail, std::max(first, pruned_), last);
      bool row = query.step();
      while (at_ < last) row = walk_tile(query, row, std::min(last, at_ + tree::kTileWidth));
      found_.whole = true;
    } catch (const std::exception& error) {
      problem(at_ + 1, error.what());
    }
  }

 private:
  void problem(std::uint64_t entry, std::string what) {
    if (found_.problems.size() < kMostProblems) found_.problems.push_back({entry, std::move(what)});
  }

  // Whether there is a row after it.
  bool walk_tile(sqlite::Statement& query, bool row, std::uint64_t end) {
    const auto index = at_ / tree::kTileWidth;
    bundle_.clear();
    tile_.reset();
    std::size_t published = 0;  // so much of the bundle is in its file
    for (; at_ < end; ++at_) {
      if (row && query.natural(0) == at_ + 1) {
        leaves_.hashes[at_] = leaf_of(query);
        row = query.step();
      } else {
        if (at_ >= pruned_) problem(at_ + 1, "it is missing from the catalogue");
        leaves_.hashes[at_] = hash_in_tile(index);
      }
      if (at_ < published_) published = bundle_.size();
    }
    if (end > pruned_ && index * tree::kTileWidth < published_) compare_bundle(index, View(as_view(bundle_)).first(published));
    if (end == (index + 1) * tree::kTileWidth)
      leaves_.tile_roots[index] = whole_tile_root(hasher_, std::span(leaves_.hashes).subspan(index * tree::kTileWidth, tree::kTileWidth));
    return row;
  }

  // What the tree has for an act that is not there.
  Digest hash_in_tile(std::uint64_t index) {
    if (!tile_) tile_ = tree::tile(db_, 0, index);
    const auto at = at_ % tree::kTileWidth;
    return (at + 1) * 32 <= tile_->size() ? tree::hash_in(*tile_, at) : Digest{};
  }

  Digest leaf_of(const sqlite::Statement& row) {
    const auto body = read_body(row);
    if (row.is_null(6)) {
      found_.without_detail.push_back(body.number);
    } else {
      const auto actor = row.text(7), reason = row.text(9);
      if (hasher_.plain(row.bytes<32>(6), as_view(actor)) != body.actor || hasher_.plain(row.bytes<32>(8), as_view(reason)) != body.reason)
        problem(body.number, "who acted or why is not what the entry commits to");
    }
    // Hashed where it lies in the bundle: the zero before a leaf stands where its length goes afterwards.
    const auto start = bundle_.size();
    bundle_.append(2, '\0');
    lines_.append(bundle_, body);
    const auto length = bundle_.size() - start - 2;
    const auto leaf = hasher_.plain(as_view(bundle_).subspan(start + 1), {});
    bundle_[start] = static_cast<char>(length >> 8);
    bundle_[start + 1] = static_cast<char>(length);
    return leaf;
  }

  void compare_bundle(std::uint64_t index, View bundle) {
    const auto held = read_tile_file(folder_, bundle_path(index));
    if (std::ranges::equal(held, bundle)) return;
    const auto here = read_bundle(bundle), there = read_bundle(held);
    const auto differ = std::ranges::mismatch(here.bodies, there.bodies).in1 - here.bodies.begin();
    problem(index * tree::kTileWidth + static_cast<std::uint64_t>(differ) + 1, "the file " + bundle_path(index) + " and the catalogue differ from here on");
  }

  sqlite::Connection& db_;
  const Path& folder_;
  const std::uint64_t pruned_, published_;
  Leaves& leaves_;
  Found& found_;
  std::uint64_t at_ = 0;
  std::optional<Blob> tile_;  // of the catalogue, when it was needed
  std::string bundle_;
  LineWriter lines_;
  merkle::Hasher hasher_;
};

std::size_t threads_for(std::size_t stretches) {
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  return std::clamp<std::size_t>(stretches, 1, std::min(kMostThreads, cores));
}
}  // namespace

EntryCheck check_entries(Catalogue& catalogue, const Path& folder, const EntryRange& range) {
  const auto size = range.size;
  EntryCheck check;
  check.leaves.hashes.resize(size);
  check.leaves.tile_roots.resize(size / tree::kTileWidth);
  std::vector<Found> found((size + kStretch - 1) / kStretch);
  std::atomic<std::size_t> next{0};
  Synchronized<std::string> failure;
  const auto work = [&] {
    try {
      catalogue.state().read([&](sqlite::Connection& db) {
        auto now = range;
        now.pruned = std::max(range.pruned, tree::pruned(db));  // this snapshot may be younger than the caller's
        for (auto at = next++; at < found.size(); at = next++)
          Stretch(db, folder, now, check.leaves, found[at]).walk(at * kStretch, std::min(size, (at + 1) * kStretch));
      });
    } catch (const std::exception& error) {
      *failure.lock() = error.what();
    }
  };
  {
    std::vector<std::jthread> others(threads_for(found.size()) - 1);
    for (auto& other : others) other = std::jthread(work);
    work();
  }
  for (auto& one : found) {
    check.whole = check.whole && one.whole;
    if (!one.whole && one.problems.empty()) one.problems.push_back({0, *failure.lock()});
    check.problems.insert(check.problems.end(), one.problems.begin(), one.problems.end());
    check.without_detail.insert(check.without_detail.end(), one.without_detail.begin(), one.without_detail.end());
  }
  return check;
}

}  // namespace tenure::storage
