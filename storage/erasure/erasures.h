// Erasure by order: recordings that go before their time because somebody had the right to it, with a reason, a second
// person and a certificate. All of what is named goes, or nothing: what a hold keeps is shown with the hold, and the rest
// is offered as a narrower request. Deletes through the same eraser as the sweep (I3). Any thread; blocks on the disk.
#pragma once
#include <atomic>

#include "storage/holds/holds.h"
#include "storage/ledger/ledger.h"
#include "storage/sweep/eraser.h"

namespace tenure::storage {

namespace sqlite {
class Connection;
}

using ErasureId = Id<struct ErasureTag>;

struct ErasureRequest {
  std::vector<HoldSpan> spans;
  std::vector<std::string> numbers;  // in any form
  std::vector<SegmentId> calls;
};

struct ErasureObstacle {
  SegmentRow row;
  std::string why;
};

struct ErasurePlan {
  std::vector<SegmentRow> free;           // whole recordings, also where only a part of one was named
  std::vector<ErasureObstacle> obstacles;
  std::vector<Hold> holds;                // that keep some of it
  std::uint64_t same_calls = 0;           // further recordings of the same calls, not named
  ErasureRequest rest;                    // what may go, when not all may
  bool is_allowed() const { return obstacles.empty() && !free.empty(); }
  // What a second person approves: these recordings and no others. JSON without personal detail.
  std::string subject() const;
};

struct Erasure {
  ErasureId id;
  Instant ordered_at;
  std::string ordered_by, approved_by, reason;
  std::uint64_t recordings = 0, bytes = 0, ledger_number = 0;
  std::optional<Instant> certified_at;
  std::string certificate;  // JSON; empty until then
};

// What became of the key backups (backup_keys.h): a fresh one made, the older ones removed, those out of reach named.
struct KeyBackupsRenewed {
  std::vector<std::string> made, unreached;
  std::uint64_t removed = 0;
};

class Erasures {
 public:
  // `other_copies`: by source, where else its recordings may lie, in words. `state`: where orders are kept a second time
  // (kept_erasures.h).
  Erasures(Catalogue& catalogue, const Clock& clock, const Vaults& vaults, Eraser& eraser, Ledger& ledger, const Key& root,
           std::map<std::string, std::string> other_copies, Path state);
  // Asked before the certificate of each erasure. Throws when it must be tried again.
  void set_key_backups(std::function<KeyBackupsRenewed()> renew) { renew_key_backups_ = std::move(renew); }
  void set_other_copies(std::map<std::string, std::string> copies) { *other_copies_.lock() = std::move(copies); }
  void set_practice(std::string name) { *practice_.lock() = std::move(name); }  // on certificates; empty: not given
  // Who keeps what was made from recordings removes it here (I18); so far nothing is. Throws when it must be tried again.
  void add_derived(std::function<void(const std::vector<SegmentId>&)> remove) { derived_.push_back(std::move(remove)); }

  // Throws Error{usage} naming the field, Error{not_found}.
  ErasurePlan preview(const ErasureRequest& request) const;
  // Throws Error{refused} with everything in the way. `approval`: of the act "erase" on the plan's subject, used up in the
  // transaction that condemns. When it returns the order stands and the recordings are gone, or, where a disk refused, go
  // with the coming sweeps; the certificate follows when all are.
  Erasure order(const ErasureRequest& request, const std::string& reason, const Actor& actor, const std::optional<ApprovalId>& approval);
  // Certificates that are due; returns how many were made. Called at the start and after each sweep.
  std::size_t certify();
  std::vector<Erasure> list() const;  // newest first
  Erasure show(const ErasureId& id) const;

 private:
  ErasurePlan plan_in(sqlite::Connection& db, const ErasureRequest& request, const TrustedTime& time) const;
  void certify_one(Erasure erasure);
  bool is_ordered(const ErasureId& id) const;
  std::size_t certify_due();
  void keep_all();
  Catalogue& catalogue_;
  const Clock& clock_;
  const Vaults& vaults_;
  Eraser& eraser_;
  Ledger& ledger_;
  Key root_;
  Synchronized<std::map<std::string, std::string>> other_copies_;
  Synchronized<std::string> practice_;
  const Path state_;
  std::atomic<bool> all_kept_{false};
  std::function<KeyBackupsRenewed()> renew_key_backups_;
  std::vector<std::function<void(const std::vector<SegmentId>&)>> derived_;
  std::mutex certifying_;
};

// Throws Error{refused} naming the holds with their grounds, what else is in the way, and what may go without them.
void must_be_allowed(const ErasurePlan& plan);
// Where else the recordings of these settings may lie: cameras' cards, telephone systems, drop folders that are kept.
std::map<std::string, std::string> other_copies(const config::Settings& settings);

}  // namespace tenure::storage
