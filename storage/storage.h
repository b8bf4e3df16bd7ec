// The whole room, put together in the order of its dependencies: what the daemon owns.
#pragma once
#include <functional>

#include "storage/backup/backups.h"
#include "storage/calls/call_store.h"
#include "storage/holds/holds.h"
#include "storage/ledger/ledger.h"
#include "storage/people/approvals.h"
#include "storage/people/sessions.h"
#include "storage/policy/policy_change.h"
#include "storage/recording/recorder.h"
#include "storage/recovery/scrub.h"
#include "storage/retention.h"
#include "storage/space/pressure.h"
#include "storage/sweep/sweeper.h"

namespace tenure::storage {

// Called at each step of a start that may take long, on its thread, with what is being done in a few plain words.
using Progress = std::function<void(const std::string& doing)>;

struct RecoveryReport {
  std::uint64_t salvaged = 0, adopted = 0, quarantined = 0, finished_deletions = 0, lost = 0, stray_holds = 0;
};

class Storage {
 public:
  // Opens or makes everything under the settings' paths, then recovers: condemned rows are finished, reserved segments
  // salvaged or dropped, stray hold files adopted. Throws Error with what to do.
  Storage(const config::Settings& settings, const Clock& clock, const Progress& progress = {});
  ~Storage();  // stops the recorder first

  Catalogue& catalogue();
  KeySlots& keys();
  Vaults& vaults();
  Recorder& recorder();
  CallStore& calls();
  Holds& holds();
  Approvals& approvals();
  People& people();
  Sessions& sessions();
  Sweeper& sweeper();
  PolicyChanges& policy();
  Ledger& ledger();
  Scrub& scrub();
  const RecoveryReport& recovery() const;
  // What a recorder or an import could not finish is saved or dropped, so that it expires and can be erased like all else.
  // On the sweep's thread.
  void settle_failed();
  // The cameras and call folders of settings that were read again.
  void adopt_sources(const config::Settings& settings);
  const std::vector<std::string>& policy_differences() const;  // settings that wait as proposals (I10)
  Pressure& pressure();
  // After a change of what is promised: the file from which a lost catalogue is rebuilt says so too (I20).
  void keep_policy_file();
  KeyRotation& key_rotation();
  Erasures& erasures();
  Backups& backups();

  // Asks may_read() and opens. Throws Error{refused} with the reason, Error{not_found}, Error{corrupt}.
  SealedReader open(const SegmentId& id, const Actor& actor, Purpose purpose);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tenure::storage
