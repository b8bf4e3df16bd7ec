// The attestation (for users: the promise report): what really lies in storage, held against what was promised. By code
// of its own: it shares nothing with what deletes but the file formats, walks files and key slots itself, and asks the
// catalogue, read-only, in its own words (tests/lint/architecture.py holds it to that). It must be able to say no.
// One thread; minutes on a large store.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/interval.h"
#include "base/trusted_time.h"

namespace tenure::storage {

struct VaultPlace {
  std::string name;
  Path path;
};
struct CallFolderPlace {
  std::string name, cls;
  Path path;
};
struct SpaceForecast {
  std::string vault;
  std::uint64_t used = 0, free = 0;
  std::optional<Instant> full_at;
  bool promise_fits = true, month_fits = true;
  double days_that_fit = 0;
};
struct LedgerSeen {
  std::uint64_t entries = 0;
  bool sound = true;
  std::string problem;     // the first
  std::string checkpoint;  // signed note
};

struct AttestationOrder {
  Path state;
  std::vector<VaultPlace> vaults;
  std::vector<CallFolderPlace> call_folders;
  std::vector<Path> backups;
  std::vector<SpaceForecast> spaces;
  LedgerSeen ledger;
  TrustedTime time;
  std::string time_in_words;
  Instant machine_clock;  // what files' times are told by
  bool trial = false;
  // Called once, before what looked wrong is looked at a second time: what is being written or deleted this moment is
  // none.
  std::function<void()> settle = [] {};
  std::function<void(double, const std::string&)> progress = [](double, const std::string&) {};
  const std::atomic<bool>* cancelled = nullptr;
};

// broken: older than promised, or could be read after its deletion. unsure: cannot be vouched for. fault: wants
// somebody's attention, and is no older than promised.
enum class Weight { broken, unsure, fault };

struct Instance {
  std::string cls, source, place;  // of the file below its folder, or a key's slot
  std::optional<Instant> since;    // when it should have gone, where that can be told
};
struct Finding {  // all that is wrong in one way
  Weight weight = Weight::fault;
  std::string kind;          // docs/reference/promise-report.md lists them
  std::string what, remedy;  // for people
  std::uint64_t count = 0;
  std::vector<Instance> first;  // at most kMostInstances
};
inline constexpr std::size_t kMostInstances = 20;

struct ClassReport {
  std::string name, period;
  bool from_end = true;  // the period runs from the end of the recording
  std::uint64_t recordings = 0, bytes = 0, lost = 0;
  std::optional<Instant> oldest, newest;                     // by their start
  std::optional<Instant> next_end;                           // when the next of them goes
  std::uint64_t kept_by_holds = 0, bytes_kept_by_holds = 0;  // past their end
};
struct HoldReport {
  std::string id, state, reason, authority, placed_by;
  Instant placed_at, review_at;
  std::optional<Instant> counts_until;
  bool review_due = false;
  std::uint64_t keeps = 0, bytes = 0, past_end = 0;  // recordings; those that would be gone without a hold
  std::vector<std::string> sources;
};
struct GapReport {
  std::string source, cause;  // the commonest
  Duration missing{};
  std::uint64_t gaps = 0;
};
struct OutsideReport {  // files that Tenure does not delete, or not yet
  std::string name, place;
  std::uint64_t files = 0, older_than_promised = 0;
  std::optional<Instant> oldest;
  std::string problem;  // it cannot be looked into
};

struct Attestation {
  Instant at;
  TrustedTime time;
  std::string time_in_words;
  bool trial = false;
  std::vector<Finding> findings;  // broken first
  std::vector<ClassReport> classes;
  std::vector<HoldReport> holds;  // that count
  std::vector<GapReport> gaps;    // within the classes' periods
  std::vector<OutsideReport> call_folders, backups;
  std::vector<SpaceForecast> spaces;
  LedgerSeen ledger;
  std::map<std::string, std::uint64_t> acts;  // of the last 31 days, by name
  std::uint64_t files = 0, keys_live = 0, keys_erased = 0, quarantined = 0, deleted_early = 0, unknown_files = 0;

  std::uint64_t count(Weight weight) const;
};

// Throws Error{io} when catalogue or key slots cannot be read at all, Error{unavailable} when cancelled.
Attestation attest(const AttestationOrder& order);

// "kept", "broken" or "unsure".
std::string verdict_of(const Attestation& report);
// One sentence that answers the question, then what else must be said; for people.
std::vector<std::string> verdict_in_words(const Attestation& report);
// What no report from inside this machine can see.
const std::vector<std::string>& unseen();
// schema tenure-promise-report-1, in a fixed order: the bytes that are signed.
std::string to_json(const Attestation& report);

}  // namespace tenure::storage
