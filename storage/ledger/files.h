// The ledger's folder: brings tiles, bundles and the checkpoint up to the catalogue, and sees when they are ahead of it.
// What was synced before a checkpoint is never written over: a difference there is told, not repaired. One thread at a time.
#pragma once
#include <set>

#include "storage/ledger/note.h"
#include "storage/ledger/tile_files.h"

namespace tenure::storage {

class LedgerFiles {
 public:
  explicit LedgerFiles(Path folder);
  // Why the files know of more, or of other, entries than the catalogue (I15); `copies` hold checkpoints too.
  std::optional<std::string> ahead(sqlite::Connection& db, const std::optional<VerifierKey>& key, const std::vector<Path>& copies) const;
  // How many acts are lost by going on without them, as far as the files and the signed checkpoints tell of: at least
  // so many. 0: nothing here says how many.
  std::uint64_t lost_acts(sqlite::Connection& db, const std::optional<VerifierKey>& key,
                          const std::vector<Path>& copies) const;
  // Writes what is missing, synced when it returns. Throws Error{io}.
  void publish(sqlite::Connection& db);
  std::uint64_t published() const { return published_; }
  const std::string& difference() const { return difference_; }  // the first file that says otherwise; empty: none
  // The tiles of all its entries are published. `at` names the day's file.
  void write_checkpoint(const std::string& note, Instant at);
  std::string checkpoint() const;  // the one last written, or nothing
  // After a pruning of the acts up to there; also of one that was cut off.
  void drop_bundles(std::uint64_t through);
  // After a rollback was accepted: the lost history goes to a folder of its own.
  void put_aside(Instant at);
  const Path& folder() const { return folder_; }

 private:
  void bring(const std::string& name, const Blob& wanted, std::uint64_t signed_units, bool is_bundle);
  void sync_folders();
  Path folder_;
  std::set<Path> grown_;         // folders with new names in them that are not synced
  std::uint64_t published_ = 0;  // 0 at the start: the first publish() looks at every file
  std::string difference_;
  bool in_doubt_ = false;        // a write failed: the last files are written anew
};

// Why the catalogue cannot be the one whose history `note` signs; nothing when it can, or when `key` did not sign it.
// `where` names the note.
std::optional<std::string> contradiction(sqlite::Connection& db, const std::string& note, const std::string& where, const VerifierKey& key);
// The checkpoint that was copied to this folder, for this log.
Path copied_checkpoint(const Path& copies, const std::string& name);
// Copies checkpoint and public key. Throws Error{io} when the folder is not there: a disk that is not mounted.
void copy_checkpoint(const Path& from, const Path& copies, const std::string& name, Instant at);
// As LedgerFiles::put_aside(), if the folder is there.
void put_copy_aside(const Path& copies, const std::string& name, Instant at);

}  // namespace tenure::storage
