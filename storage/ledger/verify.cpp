#include "storage/ledger/verify.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <thread>

#include "base/error.h"
#include "storage/ledger/batches.h"
#include "storage/ledger/entry.h"
#include "storage/ledger/reload.h"
#include "storage/ledger/tile_files.h"
#include "storage/ledger/verify_tree.h"

namespace tenure::storage {

namespace {
constexpr std::uint64_t kWorthTwoThreads = 8 * tree::kTileWidth;

// One run of whole tiles, on one thread with one snapshot of its own.
class Part {
 public:
  Part(Catalogue& catalogue, const Path& folder, std::uint64_t first, std::uint64_t last, std::uint64_t pruned)
      : catalogue_(catalogue), folder_(folder), first_(first), last_(last), pruned_(pruned) {}

  void run() {
    try {
      catalogue_.state().read([this](sqlite::Connection& db) { walk(db); });
    } catch (const std::exception& error) {
      problem(at_ + 1, error.what());
    }
  }
  Leaves leaves;
  std::vector<LedgerProblem> problems;
  std::vector<std::uint64_t> without_detail;

 private:
  void problem(std::uint64_t entry, std::string what) {
    if (problems.size() < kMostProblems) problems.push_back({entry, std::move(what)});
  }

  void walk(sqlite::Connection& db) {
    auto query = db.query("SELECT l.number, l.at, l.act, l.subject, l.actor, l.reason, d.actor_salt, d.actor, d.reason_salt, d.reason"
                          " FROM ledger l LEFT JOIN ledger_detail d ON d.number = l.number WHERE l.number > ? AND l.number <= ?"
                          " ORDER BY l.number", std::max(first_, pruned_), last_);
    bool row = query.step();
    leaves.hashes.reserve(last_ - first_);
    for (at_ = first_; at_ < last_;) {
      const auto index = at_ / tree::kTileWidth;
      const auto end = std::min(last_, (index + 1) * tree::kTileWidth);
      const auto tile = tree::tile(db, 0, index);
      lines_.clear();
      for (; at_ < end; ++at_) {
        const auto number = at_ + 1;
        if (row && query.natural(0) == number) {
          leaves.hashes.push_back(leaf_of(query));
          row = query.step();
        } else {
          if (number > pruned_) problem(number, "it is missing from the catalogue");
          leaves.hashes.push_back((at_ % tree::kTileWidth + 1) * 32 <= tile.size() ? tree::hash_in(tile, at_ % tree::kTileWidth) : Digest{});
        }
      }
      if (end > pruned_) compare_bundle(index);
      if (end == (index + 1) * tree::kTileWidth)
        leaves.tile_roots.push_back(whole_tile_root(hasher_, std::span(leaves.hashes).last(tree::kTileWidth)));
    }
  }

  Digest leaf_of(const sqlite::Statement& row) {
    const auto number = at_ + 1;
    const auto body = read_body(row);
    if (row.is_null(6)) {
      without_detail.push_back(number);
    } else {
      const auto actor = row.text(7), reason = row.text(9);
      if (hasher_.plain(row.bytes<32>(6), as_view(actor)) != body.actor || hasher_.plain(row.bytes<32>(8), as_view(reason)) != body.reason)
        problem(number, "who acted or why is not what the entry commits to");
    }
    lines_.push_back(line_of(body));
    return hasher_.leaf(as_view(lines_.back()));
  }

  void compare_bundle(std::uint64_t index) {
    const auto held = read_tile_file(folder_, bundle_path(index));
    if (held == bundle_of(lines_)) return;
    const auto bundle = read_bundle(held);
    std::size_t same = 0;
    while (same < bundle.bodies.size() && same < lines_.size() && bundle.bodies[same] == lines_[same]) ++same;
    problem(index * tree::kTileWidth + same + 1, "the file " + bundle_path(index) + " and the catalogue differ from here on");
  }

  Catalogue& catalogue_;
  const Path& folder_;
  const std::uint64_t first_, last_, pruned_;
  std::uint64_t at_ = 0;
  std::vector<std::string> lines_;
  merkle::Hasher hasher_;
};

// Joined in order; what the second found follows what the first found.
Leaves walk_in_parts(Catalogue& catalogue, const Path& folder, std::uint64_t size, std::uint64_t pruned, LedgerReport& report,
                     std::vector<std::uint64_t>& without_detail) {
  const auto middle = size < kWorthTwoThreads ? 0 : size / 2 / tree::kTileWidth * tree::kTileWidth;
  Part first(catalogue, folder, 0, middle, pruned), second(catalogue, folder, middle, size, pruned);
  std::thread other([&] { first.run(); });
  second.run();
  other.join();
  Leaves leaves = std::move(first.leaves);
  leaves.hashes.insert(leaves.hashes.end(), second.leaves.hashes.begin(), second.leaves.hashes.end());
  leaves.tile_roots.insert(leaves.tile_roots.end(), second.leaves.tile_roots.begin(), second.leaves.tile_roots.end());
  for (const auto* part : {&first, &second}) {
    report.problems.insert(report.problems.end(), part->problems.begin(), part->problems.end());
    without_detail.insert(without_detail.end(), part->without_detail.begin(), part->without_detail.end());
  }
  return leaves;
}

// Detail may be missing only where an act of erasure names the entry, or where it was lost with a catalogue.
void check_erased(sqlite::Connection& db, const std::vector<std::uint64_t>& without_detail, LedgerReport& report) {
  std::set<std::uint64_t> erased;
  auto query = db.query("SELECT subject FROM ledger WHERE act = 'ledger-erase'");
  while (query.step()) {
    boost::system::error_code error;
    const auto subject = boost::json::parse(query.text(0), error);
    const auto* entries = error || !subject.is_object() ? nullptr : subject.get_object().if_contains("entries");
    if (entries == nullptr || !entries->is_array()) continue;
    for (const auto& entry : entries->get_array())
      if (entry.is_int64()) erased.insert(static_cast<std::uint64_t>(entry.get_int64()));
  }
  const auto through = rebuilt_through(db);
  for (const auto number : without_detail) {
    if (number <= through || erased.contains(number)) ++report.erased;
    else report.problems.push_back({number, "who acted and why is gone, and no act of erasure says so"});
  }
}

std::vector<SignedNote> notes_in(sqlite::Connection& db) {
  std::vector<SignedNote> notes;
  auto query = db.query("SELECT id, size, note FROM ledger_checkpoint ORDER BY id");
  while (query.step()) notes.push_back({query.text(2), "checkpoint " + std::to_string(query.natural(0)) + " in the catalogue"});
  return notes;
}

std::string last_prune(sqlite::Connection& db) {
  auto query = db.query("SELECT subject FROM ledger WHERE act = 'ledger-prune' ORDER BY number DESC LIMIT 1");
  return query.step() ? query.text(0) : "";
}
}  // namespace

LedgerReport verify_catalogue(Catalogue& catalogue, const Path& folder, const std::optional<VerifierKey>& key) {
  LedgerReport report;
  std::vector<std::uint64_t> without_detail;
  catalogue.state().read([&](sqlite::Connection& db) {
    const auto size = tree::size(db), pruned = tree::pruned(db);
    report.entries = size;
    const auto leaves = walk_in_parts(catalogue, folder, size, pruned, report, without_detail);
    if (leaves.hashes.size() != size) return;  // a part broke off, and said why
    auto beyond = db.query("SELECT min(number) FROM ledger WHERE number > ? OR number < 1", size);
    if (beyond.step() && !beyond.is_null(0)) report.problems.push_back({size + 1, "the catalogue has an entry that is not in the tree"});
    check_tiles(leaves, [&db](unsigned level, std::uint64_t index) { return tree::tile(db, level, index); }, "catalogue", report);
    check_tiles(leaves, [&folder](unsigned level, std::uint64_t index) { return read_tile_file(folder, tile_path(level, index)); }, "files", report);
    auto notes = notes_in(db);
    for (auto& note : notes_in_files(folder)) notes.push_back(std::move(note));
    check_notes(leaves, notes, key, report);
    check_pruned(pruned, last_prune(db), report);
  });
  catalogue.state().read([&](sqlite::Connection& db) {
    check_erased(db, without_detail, report);  // of now: what was erased meanwhile is excused by its own act
    auto batches = check_batches(db);
    report.batches = batches.batches;
    for (auto& [entry, what] : batches.problems) report.problems.push_back({entry, std::move(what)});
  });
  settle(report);
  return report;
}

}  // namespace tenure::storage
