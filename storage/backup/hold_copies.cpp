#include "storage/backup/hold_copies.h"

#include <boost/filesystem/operations.hpp>
#include <exception>
#include <set>

#include "base/error.h"
#include "storage/backup/generations.h"
#include "storage/holds/hold_file.h"
#include "storage/holds/hold_rows.h"
#include "storage/recovery/damage.h"

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
constexpr std::size_t kLargestFile = 4 << 20;  // no hold file is larger

std::vector<Path> hold_files_in(const Path& folder) {
  std::vector<Path> files;
  for (const auto& item : fs::directory_iterator(folder))
    if (is_hold_file(item.path())) files.push_back(item.path());
  return files;
}

// False, too, of a copy that its disk does not give: it is written anew.
bool is_same(const Path& copy, const Blob& bytes) {
  try {
    return read_whole(copy, bytes.size()) == bytes;
  } catch (const Error&) {
    return false;
  }
}

void copy_if_other(const Path& from, const Path& to) {
  Blob bytes;
  try {
    bytes = read_whole(from, kLargestFile);
  } catch (const Error&) {
    if (is_missing(from)) return;  // ended this moment
    throw;
  }
  if (!is_same(to, bytes)) write_durably(to, bytes);
}

// A rebuilt catalogue has no row of what ended, and a restored one none of what came after it.
bool has_ended(const Backups::Parts& parts, const Path& copy) {
  const auto id = HoldId::parse(copy.stem().string());
  if (!id) return false;
  const auto keys = hold_keys(parts.keys.root());
  const auto time = parts.clock.trusted();
  const auto row = parts.catalogue.state().read([&](sqlite::Connection& db) { return load_hold(db, keys, *id, time); });
  if (row) return row->state == "released";
  try {
    const auto hold = read_hold_file(copy, keys.file);
    return hold.counts_until && *hold.counts_until <= time.lo;
  } catch (const Error&) {
    return false;
  }
}
}  // namespace

void copy_holds(const Backups::Parts& parts, const Path& folder) {
  const auto from = parts.state / "holds", to = folder / "holds";
  make_directories(to);
  std::exception_ptr first;
  const auto attempt = [&](const auto& part) {
    try {
      part();
    } catch (const std::exception&) {
      if (!first) first = std::current_exception();
    }
  };
  for (const auto& file : hold_files_in(from)) attempt([&] { copy_if_other(file, to / file.filename()); });
  for (const auto& copy : hold_files_in(to))
    attempt([&] {
      if (is_missing(from / copy.filename()) && has_ended(parts, copy) && remove_file(copy)) sync_directory(to);
    });
  if (first) std::rethrow_exception(first);
}

std::string copy_holds_to_all(const Backups::Parts& parts, const std::vector<BackupRow>& known) {
  std::set<Path> folders;
  if (!parts.nightly_data.empty()) folders.insert(parts.nightly_data);
  for (const auto& one : known)
    if (one.kind == "data") folders.insert(one.folder);
  std::string problem;
  for (const auto& folder : folders) {
    if (!is_marked(folder)) continue;  // its disk is elsewhere: that there is no backup is told by its age
    try {
      copy_holds(parts, folder);
    } catch (const std::exception& error) {
      if (problem.empty()) problem = kHoldsNotCopied + folder.string() + ": " + error.what();
    }
  }
  return problem;
}

}  // namespace tenure::storage
