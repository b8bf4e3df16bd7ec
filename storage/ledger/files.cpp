#include "storage/ledger/files.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "storage/ledger/entry.h"

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
constexpr std::size_t kLargestNote = 4096;
const Path kCheckpoint = "checkpoint";

std::string day_of(Instant at) { return to_rfc3339(at).substr(0, 10); }

std::string lost_name(Instant at) {
  auto name = "lost-" + to_rfc3339(std::chrono::floor<Seconds>(at));
  std::erase(name, ':');
  return name;
}

Blob bundle_in(sqlite::Connection& db, std::uint64_t index) {
  std::vector<std::string> lines;
  const auto first = index * tree::kTileWidth;
  auto query = db.query(std::string("SELECT ") + kBodyColumns + " FROM ledger WHERE number > ? AND number <= ? ORDER BY number",
                        first, first + tree::kTileWidth);
  while (query.step()) lines.push_back(line_of(read_body(query)));
  return bundle_of(lines);
}

std::string note_in(const Path& file) {
  boost::system::error_code error;
  if (!fs::is_regular_file(file, error) || fs::file_size(file, error) > kLargestNote) return {};  // none is that large
  return std::string(as_text(read_whole(file, kLargestNote)));
}

// How many hashes, or entries of a bundle, two files have in common from their beginning.
std::uint64_t common_units(const Blob& a, const Blob& b, bool is_bundle) {
  const auto same = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  if (!is_bundle) return same / 32;
  return read_bundle(View(a).subspan(0, same)).bodies.size();
}

// How many of the first leaves are the same in both.
std::uint64_t shared_leaves(sqlite::Connection& db, const Path& folder) {
  for (std::uint64_t index = 0;; ++index) {
    const auto same =
        common_units(tree::tile(db, 0, index), read_tile_file(folder, tile_path(0, index)), /*is_bundle=*/false);
    if (same < tree::kTileWidth) return index * tree::kTileWidth + same;
  }
}

// A catalogue that came out of a backup may have more of the history than the files that lay beside it: all from before
// the restore's own entry.
std::uint64_t latest_shared(sqlite::Connection& db, std::uint64_t held) {
  auto query = db.query("SELECT max(number) FROM ledger WHERE act = 'restore' AND number > ?", held);
  return query.step() && !query.is_null(0) ? query.natural(0) - 1 : tree::size(db);
}

std::optional<std::string> problem_of(sqlite::Connection& db, const Path& file, const VerifierKey& key) {
  return contradiction(db, note_in(file), file.string(), key);  // verify tells of one that is not signed
}
}  // namespace

std::optional<std::string> contradiction(sqlite::Connection& db, const std::string& text, const std::string& where, const VerifierKey& key) {
  const auto note = read_note(text, key);
  if (!note || !note->is_signed) return std::nullopt;
  const auto& checkpoint = note->checkpoint;
  const auto size = tree::size(db);
  if (checkpoint.size > size)
    return "the checkpoint " + where + " signs " + std::to_string(checkpoint.size) + " entries, the catalogue has " + std::to_string(size);
  if (merkle::root(checkpoint.size, tree::nodes(db)) != checkpoint.root)
    return "the checkpoint " + where + " of " + std::to_string(checkpoint.size) + " entries signs another history than the catalogue's";
  return std::nullopt;
}

LedgerFiles::LedgerFiles(Path folder) : folder_(std::move(folder)) {}

std::optional<std::string> LedgerFiles::ahead(sqlite::Connection& db, const std::optional<VerifierKey>& key,
                                              const std::vector<Path>& copies) const {
  const auto held = leaves_in_files(folder_), size = tree::size(db);
  if (held > size)
    return "the files in " + folder_.string() + " hold " + std::to_string(held) + " entries, the catalogue has " + std::to_string(size);
  if (!key) return std::nullopt;
  if (auto problem = problem_of(db, folder_ / kCheckpoint, *key)) return problem;
  for (const auto& copy : copies)
    if (auto problem = problem_of(db, copied_checkpoint(copy, key->name), *key)) return problem;
  return std::nullopt;
}

std::uint64_t LedgerFiles::lost_acts(sqlite::Connection& db, const std::optional<VerifierKey>& key,
                                     const std::vector<Path>& copies) const {
  const auto size_in = [&](const Path& file) {
    const auto note = read_note(note_in(file), *key);
    return note && note->is_signed ? note->checkpoint.size : 0;
  };
  try {
    const auto held = leaves_in_files(folder_), shared = shared_leaves(db, folder_);
    auto told = held;
    if (key) {
      told = std::max(told, size_in(folder_ / kCheckpoint));
      for (const auto& copy : copies) told = std::max(told, size_in(copied_checkpoint(copy, key->name)));
    }
    return told - std::min(told, held > shared ? shared : latest_shared(db, held));
  } catch (const Error&) {  // a file that cannot be read keeps nobody from going on
    return 0;
  }
}

// `signed_units`: so many hashes or entries of this file are under a signed checkpoint and were synced before it.
void LedgerFiles::bring(const std::string& name, const Blob& wanted, std::uint64_t signed_units, bool is_bundle) {
  const auto held = read_tile_file(folder_, name);
  if (held == wanted && !in_doubt_) return;
  const bool cut_off = held.size() < wanted.size() && std::equal(held.begin(), held.end(), wanted.begin());
  if (!cut_off && common_units(held, wanted, is_bundle) < signed_units) {
    if (difference_.empty())
      difference_ = "The ledger's file " + (folder_ / name).string() + " is not what the catalogue says: run tenure ledger verify.";
    return;
  }
  if (auto grown = write_tile_file(folder_, name, wanted, /*afresh=*/in_doubt_)) grown_.insert(std::move(*grown));
}

void LedgerFiles::sync_folders() {
  for (; !grown_.empty(); grown_.erase(grown_.begin())) sync_directory(*grown_.begin());
}

// The upper levels first, so that `published_` can follow the blocks of entries one by one: what failed is taken up there.
void LedgerFiles::publish(sqlite::Connection& db) {
  const auto size = tree::size(db);
  if (size == published_ && !in_doubt_) return;
  const auto last = read_note(checkpoint(), {});
  const auto sealed = last ? last->checkpoint.size : 0;
  const auto units = [](std::uint64_t total, std::uint64_t index) {
    return std::min(tree::kTileWidth, total - std::min(total, index * tree::kTileWidth));
  };
  try {
    for (unsigned level = 1; (size >> (8 * level)) > 0; ++level)
      for (auto index = (published_ >> (8 * level)) / tree::kTileWidth; index * tree::kTileWidth < (size >> (8 * level)); ++index)
        bring(tile_path(level, index), tree::tile(db, level, index), units(sealed >> (8 * level), index), /*is_bundle=*/false);
    const auto pruned = tree::pruned(db) / tree::kTileWidth;
    for (auto index = published_ / tree::kTileWidth; index * tree::kTileWidth < size; ++index) {
      if (index >= pruned) bring(bundle_path(index), bundle_in(db, index), units(sealed, index), /*is_bundle=*/true);
      bring(tile_path(0, index), tree::tile(db, 0, index), units(sealed, index), /*is_bundle=*/false);
      published_ = std::min(size, (index + 1) * tree::kTileWidth);
    }
    sync_folders();
  } catch (const Error&) {
    in_doubt_ = true;
    throw;
  }
  in_doubt_ = false;
}

void LedgerFiles::write_checkpoint(const std::string& note, Instant at) {
  make_directories(folder_ / "checkpoints");
  write_durably(folder_ / "checkpoints" / day_of(at), as_view(note));
  write_durably(folder_ / kCheckpoint, as_view(note));
}

std::string LedgerFiles::checkpoint() const { return note_in(folder_ / kCheckpoint); }

void LedgerFiles::drop_bundles(std::uint64_t through) {
  for (auto index = through / tree::kTileWidth; index-- > 0;) {
    const auto path = folder_ / bundle_path(index);
    if (remove_file(path)) sync_directory(path.parent_path());
  }
}

void LedgerFiles::put_aside(Instant at) {
  const auto aside = folder_ / lost_name(at);
  make_directories(aside);
  for (const auto* part : {"tile", "checkpoints", "checkpoint"})
    if (fs::exists(folder_ / part)) fs::rename(folder_ / part, aside / part);
  sync_directory(aside);
  sync_directory(folder_);
  published_ = 0;
  grown_.clear();
  difference_.clear();
}

Path copied_checkpoint(const Path& copies, const std::string& name) { return copies / name / kCheckpoint; }

void put_copy_aside(const Path& copies, const std::string& name, Instant at) {
  const auto file = copied_checkpoint(copies, name);
  if (!fs::exists(file)) return;
  fs::rename(file, file.parent_path() / (lost_name(at) + "-checkpoint"));
  sync_directory(file.parent_path());
}

void copy_checkpoint(const Path& from, const Path& copies, const std::string& name, Instant at) {
  boost::system::error_code error;
  if (!fs::is_directory(copies, error))
    throw Error(ErrorKind::io, "The folder " + copies.string() + " for the ledger's checkpoints is not there: mount its disk.");
  const auto folder = copies / name;
  make_directories(folder / "checkpoints");
  for (const auto* file : {"key.pem", "key.vkey"}) write_durably(folder / file, read_whole(from / file));
  const auto note = read_whole(from / kCheckpoint, kLargestNote);
  write_durably(folder / "checkpoints" / day_of(at), note);
  write_durably(folder / kCheckpoint, note);
}

}  // namespace tenure::storage
