#include "storage/attestation/backups.h"

#include <algorithm>

#include "base/error.h"
#include "storage/attestation/backup_look.h"
#include "storage/attestation/file_look.h"
#include "storage/attestation/walk.h"

namespace tenure::storage::attestation {

namespace fs = boost::filesystem;

namespace {
bool is_below(const Path& file, const Path& folder) {
  const auto outer = folder.string() + "/";
  return file.string().starts_with(outer);
}

void widen(OutsideReport& report, Instant at) {
  report.oldest = std::min(report.oldest.value_or(at), at);
  report.newest = std::max(report.newest.value_or(at), at);
}
}  // namespace

BackupsLook::BackupsLook(const AttestationOrder& order, CatalogueLook& catalogue, std::function<void()> check_cancelled)
    : order_(order), catalogue_(catalogue), check_cancelled_(std::move(check_cancelled)) {
  read_rows();
}

void BackupsLook::read_rows() {
  rows_ = catalogue_.backups();
  folders_.clear();
  for (const auto& row : rows_) {
    auto& folder = folders_[row.folder];
    auto& report = row.keys ? folder.keys : folder.recordings;
    if (!row.gone && !report)
      report = OutsideReport{row.keys ? "keys" : "recordings", row.folder.string(), 0, 0, {}, {}, {}, 0};
  }
}

void BackupsLook::look() {
  generations_.clear();
  problems_.clear();
  read_rows();
  for (auto& [path, folder] : folders_) look_into(path, folder);
  for (const auto& row : rows_) {
    if (row.gone) continue;
    if (!row.keys) look_at_catalogue(row);
    const bool seen = std::ranges::any_of(generations_, [&](const Generation& one) { return one.file == row.file; });
    if (row.keys && !seen) generations_.push_back({row.file, row.made_at, &row, false, 0, 0});
  }
  count_deleted();
  for (const auto& one : generations_) judge(one);
}

void BackupsLook::look_into(const Path& path, Folder& folder) {
  boost::system::error_code error;
  if (!fs::is_directory(path, error)) {
    for (auto* report : {&folder.keys, &folder.recordings})
      if (*report) (*report)->problem = "it is not there: its disk may not be connected";
    return;
  }
  const auto look = [&](const Path& at, bool is_folder) {
    check_cancelled_();
    if (is_folder) return !is_of_another(at);
    look_at_file(path, folder, at);
    return true;
  };
  walk(path, look, [&](const Path& unread) {
    if (unread == path / "lost+found") return;  // a whole disk's: root's alone, and no backup
    for (auto* report : {&folder.keys, &folder.recordings})
      if (*report) (*report)->problem = unread.string() + " may not be read";
  });
}

bool BackupsLook::is_of_another(const Path& path) const {
  return path == order_.state || folders_.contains(path) ||
         std::ranges::any_of(order_.vaults, [&](const VaultPlace& vault) { return vault.path == path; });
}

// Other files of the disk are not Tenure's business, except what holds keys.
void BackupsLook::look_at_file(const Path& path, Folder& folder, const Path& file) {
  const bool mirrored = is_below(file, path / "vaults");
  if (mirrored && file.extension() == ".seg") return look_at_recording(folder, file);
  switch (look_at(file, /*thorough=*/true).kind) {
    case FileKind::key_backup:
      return look_at_key_backup(folder, file);
    case FileKind::key_slots:
      return found(Fault::key_copy_elsewhere, file);
    case FileKind::recording:
      if (mirrored) found(Fault::plain_recording, file);
      return;
    case FileKind::catalogue:
      if (file.filename().string().starts_with("catalogue.db.")) found(Fault::catalogue_copy, file);
      return;
    default:
      return;
  }
}

// Sealed, and no key beside it: told by its name, and not opened.
void BackupsLook::look_at_recording(Folder& folder, const Path& file) {
  if (!folder.recordings) return;
  ++folder.recordings->files;
  const auto id = SegmentId::parse(file.stem().string());
  const auto row = id ? catalogue_.row(*id) : std::nullopt;
  if (row) widen(*folder.recordings, row->start);
  if (!row || row->state == State::condemned) ++folder.recordings->deleted_since;
}

void BackupsLook::look_at_key_backup(Folder& folder, const Path& path) {
  Generation one{path, key_backup_made_at(path), nullptr, true, 0, 0};
  const auto row =
      std::ranges::find_if(rows_, [&](const BackupLook& known) { return known.keys && known.file == path; });
  if (row != rows_.end() && !row->gone) {
    const bool same = !row->verified || is_what_was_written(path, *row);
    if (!same) found(Fault::backup_changed, path);
    // Another one under this name is judged by what it says of itself.
    if (same || !one.made_at || one.made_at == row->made_at) {
      one.row = &*row;
      one.made_at = row->made_at;
    }
  }
  if (folder.keys) {
    ++folder.keys->files;
    if (one.made_at) widen(*folder.keys, *one.made_at);
  }
  generations_.push_back(std::move(one));
}

bool BackupsLook::is_what_was_written(const Path& path, const BackupLook& row) const {
  try {
    const File file(path, File::Mode::read);
    return file.size() == row.bytes && digest_of(file, check_cancelled_) == row.sha256;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::unavailable) throw;
    return false;
  }
}

// Opened only when it is byte for byte what was written there.
void BackupsLook::look_at_catalogue(const BackupLook& row) {
  auto& folder = folders_.at(row.folder);
  if (!folder.recordings || !folder.recordings->problem.empty()) return;
  const auto file = row.folder / "catalogue.db";
  bool same = false, newer = false;
  try {
    const auto digest = digest_of(File(file, File::Mode::read), check_cancelled_);
    same = digest == row.sha256;
    const auto word = word_of_data_backup(row.folder);
    newer = word && word->made_at > row.made_at && word->catalogue_sha256 == to_hex(digest);
    if (same && CatalogueLook(file).has_index()) found(Fault::backup_with_index, file);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::unavailable) throw;
  }
  if (same) return;
  // The catalogue was restored from the one before, and knows nothing of this one.
  if (newer)
    folder.recordings->problem =
        "a newer backup lies there, whole, which the catalogue does not know: it was restored from an older one";
  else if (catalogue_.is_backup_unfinished(row.made_at))
    folder.recordings->problem = "a new backup was begun there and is not finished";
  else
    found(Fault::backup_changed, file);
}

// A backup holds the keys of what was recorded before it; of that, what was deleted since is what it could bring back.
void BackupsLook::count_deleted() {
  std::optional<Instant> oldest;
  for (const auto& one : generations_)
    if (one.made_at) oldest = std::min(oldest.value_or(*one.made_at), *one.made_at);
  if (!oldest) return;
  catalogue_.each_deleted_since(*oldest, [&](Instant start, Instant deleted) {
    for (auto& one : generations_) {
      if (!one.made_at || start >= *one.made_at || deleted <= *one.made_at) continue;
      ++one.deleted_since;
      one.deleted_long_ago += deleted + kKeyBackupLife < order_.time.lo;
    }
  });
  for (const auto& one : generations_)
    for (auto& [path, folder] : folders_)
      if (folder.keys && one.there && is_below(one.file, path))
        folder.keys->deleted_since = std::max(folder.keys->deleted_since, one.deleted_since);
}

// tenured looks each minute for its own in the folders that it keeps up, and puts them on record: a restored or rebuilt
// catalogue does not know the newest, which may be the only good one.
bool BackupsLook::will_be_found(const Path& file) const {
  return file.extension() == ".tenure-keys" && is_key_backup_of(file, order_.ledger_key) &&
         std::ranges::any_of(rows_,
                             [&](const BackupLook& row) { return row.keys && row.folder / file.filename() == file; });
}

void BackupsLook::judge(const Generation& one) {
  std::optional<Instant> until;
  if (one.made_at) until = *one.made_at + kKeyBackupLife;
  const bool old = !until || *until <= order_.time.lo;
  const bool erased = one.made_at && catalogue_.erased_since(*one.made_at) > 0;
  if (one.row == nullptr && !old && !erased && will_be_found(one.file)) return;
  if (one.row == nullptr)
    return found(old || erased ? Fault::key_backup_elsewhere : Fault::key_backup_copy, one.file, until);
  if (erased) return found(one.there ? Fault::backup_of_erased : Fault::backup_out_of_reach, one.file, until);
  if (!old) return;
  const bool replaced = std::ranges::any_of(rows_, [&](const BackupLook& other) {
    return other.keys && other.verified && !other.gone && other.made_at > one.row->made_at;
  });
  if (replaced) return found(one.there ? Fault::old_key_backup : Fault::backup_out_of_reach, one.file, until);
  found(one.there && one.deleted_long_ago > 0 ? Fault::backup_past_date : Fault::stale_key_backup, one.file, until);
}

void BackupsLook::found(Fault fault, const Path& place, std::optional<Instant> since) {
  problems_.emplace_back(fault, Instance{{}, {}, place.string(), since});
}

void BackupsLook::tell(Findings& findings, std::vector<OutsideReport>& reports) {
  for (auto& [fault, where] : problems_) findings.add(fault, std::move(where));
  problems_.clear();
  for (auto& [path, folder] : folders_)
    for (auto* report : {&folder.keys, &folder.recordings})
      if (*report) reports.push_back(std::move(**report));
}

}  // namespace tenure::storage::attestation
