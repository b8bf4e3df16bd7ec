// Inside the ledger, for the .cpp files of this folder only.
#pragma once
#include <mutex>

#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/ledger/files.h"
#include "storage/ledger/ledger.h"

namespace tenure::storage {

struct Ledger::State {
  State(Catalogue& kept, const Clock& at, const Path& state_folder, const Key& key_encryption_key, std::vector<Path> copy_folders);
  ~State() { if (key) wipe(key->seed); }

  std::optional<VerifierKey> verifier() const;
  void load_key(const Key& key_encryption_key);
  void look_back();    // is the catalogue older than the files?
  std::optional<std::string> why_closed();  // as Ledger::rolled_back(), with the mutex held
  void publish();      // with the mutex held
  std::string make_checkpoint(const std::string& occasion);  // with the mutex held
  void note_problem(const std::string& what, const std::string& cause = {});  // `cause` is for the log alone
  void forget_old_checkpoints(Instant now);

  // Of tick(): true when there may be more to do at once. Its parts do their work when it is due.
  bool round(Instant now);
  void heartbeat(Instant now);
  bool capture(Instant now);
  void timed_checkpoint(Instant now);
  void copy(Instant now);  // without the mutex: the other disk may hang

  Catalogue& catalogue;
  const Clock& clock;
  const Path state;
  mutable std::mutex mutex;  // never taken inside a transaction of the catalogue
  LedgerFiles files;
  std::optional<SigningKey> key;
  std::string key_problem, problem;
  std::optional<std::string> rolled_back;
  bool looked_back = false, bundles_dropped = false;
  std::vector<Path> copy_folders;
  std::vector<LedgerCopy> copies;
  std::vector<Instant> next_copy;  // of the thread of tick() alone
  bool copies_put_aside = false;   // so that tick() copies at once
  std::optional<Instant> last_heartbeat, last_capture, last_checkpoint;
  std::uint64_t checkpointed = 0;
};

// When the last act of this name was recorded.
std::optional<Instant> last_act(sqlite::Connection& db, const std::string& act);

}  // namespace tenure::storage
