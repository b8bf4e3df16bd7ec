// Backups, wherever the catalogue says that some were made: what of them can be told without the recovery key. Key
// backups are found by their first bytes under any name, so that a copy or one that should be gone is seen; the
// recordings beside a copy of the catalogue by their names. One thread.
#pragma once
#include "storage/attestation/catalogue_look.h"
#include "storage/attestation/findings.h"

namespace tenure::storage::attestation {

// A key backup is gone after seven days; an hour is for the doing.
inline constexpr Duration kKeyBackupLife = std::chrono::days(7) + std::chrono::hours(1);

class BackupsLook {
 public:
  BackupsLook(const AttestationOrder& order, CatalogueLook& catalogue, std::function<void()> check_cancelled);
  // Looks at everything anew.
  void look();
  bool has_problems() const { return !problems_.empty(); }
  void tell(Findings& findings, std::vector<OutsideReport>& reports);
  bool is_backup_folder(const Path& folder) const { return folders_.contains(folder); }

 private:
  struct Generation {
    Path file;
    std::optional<Instant> made_at;
    const BackupLook* row = nullptr;  // none, or one that is gone: nobody knows that this file is here
    bool there = false;
    std::uint64_t deleted_since = 0, deleted_long_ago = 0;  // recordings whose key lies in it
  };
  struct Folder {
    std::optional<OutsideReport> keys, recordings;
  };
  void read_rows();
  void look_into(const Path& path, Folder& folder);
  void look_at_file(const Path& path, Folder& folder, const Path& file);
  void look_at_key_backup(Folder& folder, const Path& file);
  void look_at_recording(Folder& folder, const Path& file);
  void look_at_catalogue(const BackupLook& row);
  void count_deleted();
  void judge(const Generation& one);
  bool is_what_was_written(const Path& file, const BackupLook& row) const;
  bool will_be_found(const Path& file) const;
  bool is_of_another(const Path& path) const;  // a folder that is looked at elsewhere
  void found(Fault fault, const Path& place, std::optional<Instant> since = {});

  const AttestationOrder& order_;
  CatalogueLook& catalogue_;
  std::function<void()> check_cancelled_;
  std::vector<BackupLook> rows_;
  std::map<Path, Folder> folders_;
  std::vector<Generation> generations_;
  std::vector<std::pair<Fault, Instance>> problems_;
};

}  // namespace tenure::storage::attestation
