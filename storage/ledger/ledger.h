// The ledger as a whole: what the catalogue records of every act, kept a second time in plain files, signed, and proved.
// Entries themselves are written by insert_ledger() in the transaction of their act; this carries them out. Any thread;
// every call may block on the disk. tick() belongs to one thread, the daemon's `ledger`.
#pragma once
#include <memory>

#include "storage/catalogue/catalogue.h"
#include "storage/ledger/merkle.h"
#include "storage/ledger/note.h"
#include "storage/ledger/verify.h"

namespace tenure::storage {

struct LedgerCopy {
  std::string folder;
  std::optional<Instant> copied_at;
  std::string problem;  // why the last try failed; empty when it did not
};

struct LedgerStatus {
  std::uint64_t entries = 0, published = 0, pruned = 0, checkpointed = 0;  // counts of entries
  std::optional<Instant> checkpoint_at;
  std::string key;          // verifier key, as others must know it
  std::string problem;      // what is being tried again: files, key or disk
  std::string rolled_back;  // as rolled_back()
  std::vector<LedgerCopy> copies;
};

// For a reader who has only the public key: the entry's line is leaf `index` of the tree that `note` signs.
struct LedgerProof {
  std::string line, note;
  std::uint64_t index = 0, size = 0;
  merkle::Proof inclusion;
};
struct LedgerGrowth {
  std::uint64_t from = 0, to = 0;
  Digest from_root{}, to_root{};
  merkle::Proof consistency;
};

class Ledger {
 public:
  // `state` is the state directory; files go to its folder `ledger`. `copies` are folders on other disks. Never throws for
  // what is wrong with key or files: recording goes on, and status() says it (I14).
  Ledger(Catalogue& catalogue, const Clock& clock, const Path& state, const Key& key_encryption_key, std::vector<Path> copies);
  ~Ledger();

  // One round: new entries to the files, a capture batch, a heartbeat, a checkpoint and copies when they are due. Never
  // throws. True when there may be more to do at once.
  bool tick();
  // The signed note over the tree as it is now; made if there is none yet of that size. Durable when it returns, its
  // tiles and itself in the files too. Throws Error{unavailable}.
  std::string checkpoint(const std::string& occasion);
  // Why the catalogue is older than what was already published or signed; content stays closed while it is so (I15).
  std::optional<std::string> rolled_back() const;
  // An administrator's word that the catalogue as it is shall go on: the files of the lost history are put aside,
  // and what goes on is signed at once.
  void accept_rollback(const Actor& actor, const std::string& reason);

  LedgerProof prove(std::uint64_t number);
  LedgerGrowth prove_growth(std::uint64_t from, std::uint64_t to) const;
  LedgerReport verify();
  LedgerStatus status() const;

  // Forgets who acted and why in these entries; an entry of its own says so. Returns that entry's number.
  std::uint64_t erase_detail(const std::vector<std::uint64_t>& numbers, const Actor& actor, const std::string& reason);
  // Drops the acts of whole bundles that are older than `before`, keeps their hashes. Returns how many.
  std::uint64_t prune(Instant before, const Actor& actor, const std::string& reason);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tenure::storage
