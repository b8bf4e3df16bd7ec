// Backups: of the data (ciphertext, and a copy of the catalogue without its index: no keys, so that deletions need no
// editing of it) and of the keys (sealed to the offline recovery key, a generation each). A folder that was named once is
// kept up: a fresh generation each day, older ones gone at 7 days once a newer verified one exists. The folder of the
// settings gets a backup of the data each night. Any thread; blocks on the disk; one backup of each kind at a time.
#pragma once
#include <functional>
#include <map>
#include <mutex>

#include "storage/erasure/erasures.h"
#include "storage/keys/key_rotation.h"

namespace tenure::storage {

struct BackupRow {
  std::string id, kind, folder, name;  // kind: "data" or "keys"
  Instant made_at;
  std::optional<Instant> verified_at;
  std::uint64_t bytes = 0;
  bool reachable = false;
};

struct BackupStatus {
  std::string recovery_key;            // fingerprint; empty: none was given yet
  std::vector<BackupRow> here;         // those not known to be gone, newest first
  std::vector<std::string> alarms;     // what qualifies the claim "gone from backups within 7 days"
};

struct DataBackupReport {
  std::uint64_t files = 0, copied = 0, removed = 0, bytes = 0;  // in the folder, new, no longer wanted, of the new
  std::uint64_t unread = 0;  // recordings that could not be read, and so are not in it
  std::string first_unread;  // why, of the first of them
};

class Backups {
 public:
  struct Parts {
    Catalogue& catalogue;
    const Clock& clock;
    const Vaults& vaults;
    KeySlots& keys;
    KeyRotation& rotation;
    Ledger& ledger;
    Path state;
    Path nightly_data{};  // of the settings; empty: none
  };
  explicit Backups(const Parts& parts) : parts_(parts) {}

  void set_recovery_key(const Key& public_key, const Actor& actor);
  // A verified generation; then the older ones whose time has come go. Throws Error{refused} without a recovery key.
  BackupRow back_up_keys(const Path& folder, const Actor& actor);
  // `progress` from 0 to 1; throws Error{refused} while another is under way, Error{unavailable} when `cancelled`.
  DataBackupReport back_up_data(const Path& folder, const Actor& actor, const std::function<void(double)>& progress,
                                const std::function<bool()>& cancelled);
  bool data_is_due() const;  // the night's
  // The night's. What fails is in the log, the ledger and the alarms; then it throws.
  void back_up_data_nightly(const std::function<bool()>& cancelled);
  // A fresh generation wherever there is one, and every older one gone: for an erasure.
  KeyBackupsRenewed renew();
  // Once a minute: the day's generation, and the end of old ones. Never throws.
  void tick();
  BackupStatus status() const;
  // What is known of them, outside the catalogue too: after each change, at the start, and once a minute.
  void keep() noexcept;

 private:
  struct Problems {
    std::string keys, data;  // why the last one failed
  };
  struct Failure {
    Instant at;
    std::string why;
  };
  BackupRow make_generation(const Path& folder, const Actor& actor, const std::string& why);
  void must_be_a_good_place(const Path& folder) const;
  std::uint64_t remove_older(const Instant& than, std::vector<std::string>* unreached);
  std::vector<BackupRow> here() const;
  std::vector<BackupRow> generations() const;
  Key recovery_key() const;
  Parts parts_;
  void note_problem(std::string Problems::* which, const std::string& kind, const std::string& why);
  void make_generations_due(const std::map<std::string, Instant>& folders, std::string& problem);
  std::mutex keys_mutex_, data_mutex_;  // one of each at a time; that of the data takes hours
  std::map<std::string, Failure> failed_;  // by folder, under keys_mutex_
  mutable Synchronized<Problems> problems_;
};

constexpr Duration kGenerationLife = std::chrono::days(7);
constexpr Duration kGenerationEvery = std::chrono::days(1);

}  // namespace tenure::storage
