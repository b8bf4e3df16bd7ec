// The judge of files that lie elsewhere than recordings do: below the state folder, or where nothing will remove them.
#include "storage/attestation/backup_look.h"
#include "storage/attestation/backups.h"
#include "storage/attestation/judge.h"

namespace tenure::storage::attestation {

namespace {
constexpr Duration kWorkingFile = std::chrono::days(1);
}  // namespace

// Nothing is passed over for its name: it says only what is no wonder there.
std::optional<Problem> Judge::hidden(const Path& file, Own own) {
  if (own == Own::database || (own == Own::log && is_log_of_database(file))) return std::nullopt;
  const auto before = unknown_files;
  const auto kind = look_at(file, /*thorough=*/true, own == Own::random ? Among::random : Among::other).kind;
  const bool is_odd = kind == FileKind::sealed || kind == FileKind::key_backup || kind == FileKind::recording ||
                      kind == FileKind::catalogue || (kind == FileKind::key_slots && own != Own::slots);
  const auto problem = is_odd ? stray(file, /*in_staging=*/false) : std::nullopt;
  unknown_files = before;
  return problem;
}

// Outside the folders that backups are made in: nothing will remove it.
Problem Judge::lone_key_backup(const Path& file, Instance where) {
  const auto made = key_backup_made_at(file);
  if (made) where.since = *made + kKeyBackupLife;
  const bool old = !made || *where.since <= order_.time.lo || catalogue_.erased_since(*made) > 0;
  return {old ? Fault::key_backup_elsewhere : Fault::key_backup_copy, where};
}

std::optional<Problem> Judge::stray(const Path& file, bool in_staging) {
  Instance where{{}, {}, file.lexically_relative(order_.state).string(), {}};
  const auto look = look_at(file, /*thorough=*/true);
  if (look.kind == FileKind::sealed && look.header) {
    where.cls = look.header->cls;
    where.source = look.header->source;
    return misplaced(*look.header, where);
  }
  if (look.kind == FileKind::key_slots) return Problem{Fault::key_copy_elsewhere, where};
  if (look.kind == FileKind::key_backup) return lone_key_backup(file, where);
  if (look.kind == FileKind::recording) return Problem{Fault::plain_recording, where};
  if (look.kind == FileKind::catalogue) return Problem{Fault::catalogue_copy, where};
  if (in_staging && look.kind != FileKind::unreadable) {
    where.since = look.changed + kWorkingFile;
    return Problem{*where.since < order_.machine_clock ? Fault::old_working_file : Fault::working_copy, where};
  }
  ++unknown_files;
  return std::nullopt;
}

}  // namespace tenure::storage::attestation
