#include "storage/ledger/reload.h"

#include <boost/json.hpp>
#include <map>

#include "storage/catalogue/needed.h"
#include "storage/ledger/merkle.h"
#include "storage/ledger/note.h"
#include "storage/ledger/tile_files.h"
#include "storage/ledger/verify_tree.h"

namespace tenure::storage {

namespace {
class Reload {
 public:
  Reload(sqlite::Connection& db, const Path& folder) : db_(db), folder_(folder) {}

  Reloaded run() {
    for (std::uint64_t index = 0;; ++index) {  // what breaks off takes less than a tile's width
      const auto tile = read(tile_path(0, index)), bytes = read(bundle_path(index));
      if (tile.empty() && bytes.empty()) break;
      const bool pruned = bytes.empty() && tile.size() == tree::kTileBytes && out_.pruned == index * tree::kTileWidth;
      const auto taken = pruned ? take_hashes(tile) : take_acts(index, bytes, tile);
      if (taken < tree::kTileWidth) break;
    }
    const auto held = leaves_in_files(folder_);
    if (out_.problem.empty() && held > out_.entries) broken(out_.entries + 1, "it is missing");
    if (out_.pruned > 0) db_.run("UPDATE ledger_pruned SET through = ?", out_.pruned);
    take_checkpoints();
    return out_;
  }

 private:
  Blob read(const std::string& name) const {
    const Needed needed{folder_ / name, "a part of every act", "what lies behind it in the ledger is not taken then"};
    return needing(needed, [&] { return read_tile_file(folder_, name); });
  }

  void broken(std::uint64_t number, const std::string& why) {
    out_.problem = "the ledger's files break off at entry " + std::to_string(number) + ": " + why;
  }

  std::uint64_t take_hashes(const Blob& tile) {
    for (std::uint64_t at = 0; at < tree::kTileWidth; ++at) tree::append(db_, tree::hash_in(tile, at));
    out_.entries += tree::kTileWidth;
    out_.pruned += tree::kTileWidth;
    return tree::kTileWidth;
  }

  // A bundle is written before its tile: it may know more.
  std::uint64_t take_acts(std::uint64_t index, const Blob& bytes, const Blob& tile) {
    const auto bundle = read_bundle(bytes);
    for (std::uint64_t at = 0; at < bundle.bodies.size(); ++at) {
      const auto number = index * tree::kTileWidth + at + 1;
      const auto body = parse_line(bundle.bodies[at]);
      const auto leaf = merkle::leaf_hash(as_view(bundle.bodies[at]));
      const bool differs = (at + 1) * 32 <= tile.size() && tree::hash_in(tile, at) != leaf;
      if (!body || body->number != number || differs) {
        broken(number, differs ? "line and tile differ" : "it is no entry");
        return at;
      }
      db_.run("INSERT INTO ledger(number, at, act, subject, actor, reason) VALUES(?, ?, ?, ?, ?, ?)", body->number,
              body->at, body->act, body->subject, body->actor, body->reason);
      tree::append(db_, leaf);
      out_.entries = number;
      last_at_ = body->at;
    }
    return bundle.bodies.size();
  }

  void take_checkpoints() {
    std::map<std::uint64_t, std::string> notes;
    for (const auto& found : notes_in_files(folder_)) {
      const auto note = read_note(found.note, {});
      if (note && note->checkpoint.size <= out_.entries) notes.emplace(note->checkpoint.size, found.note);
    }
    for (const auto& [size, note] : notes) {
      auto entry = db_.query("SELECT at FROM ledger WHERE number = ?", size);
      const auto at = entry.step() ? entry.instant(0) : last_at_;  // not known better: that of the last entry under it
      entry.run();
      db_.run("INSERT INTO ledger_checkpoint(size, at, occasion, note) VALUES(?, ?, 'day', ?)", size, at, note);
    }
  }

  sqlite::Connection& db_;
  const Path& folder_;
  Reloaded out_;
  Instant last_at_;
};
}  // namespace

Reloaded reload_ledger(sqlite::Connection& db, const Path& folder) { return Reload(db, folder).run(); }

std::optional<Instant> latest_in_files(const Path& folder) {
  const auto leaves = leaves_in_files(folder);
  if (leaves == 0) return std::nullopt;
  const auto bytes = read_tile_file(folder, bundle_path((leaves - 1) / tree::kTileWidth));
  const auto bundle = read_bundle(bytes);
  const auto body = bundle.bodies.empty() ? std::nullopt : parse_line(bundle.bodies.back());
  return body ? std::optional(body->at) : std::nullopt;
}

std::uint64_t rebuilt_through(sqlite::Connection& db) {
  auto query = db.query("SELECT max(json_extract(subject, '$.entries')) FROM ledger WHERE act = 'rebuild'");
  query.step();  // an aggregate has its one row
  return query.is_null(0) ? 0 : query.natural(0);
}

}  // namespace tenure::storage
