// What an attestation found, and its words for people and for machines. Plain values; any thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/interval.h"
#include "base/trusted_time.h"

namespace tenure::storage {

struct SpaceForecast {
  std::string vault;
  std::uint64_t used = 0, free = 0;
  std::optional<Instant> full_at;
  bool promise_fits = true, month_fits = true;
  double days_that_fit = 0;
  bool full_now = false;  // or within the hour: then full_at is none
};
struct LedgerSeen {
  std::uint64_t entries = 0;
  bool sound = true;
  std::string problem;     // the first
  std::string checkpoint;  // signed note
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
  std::uint64_t damaged = 0;                                 // not as they were recorded any more
};
struct HoldReport {
  std::string id, state, reason, authority, placed_by;
  Instant placed_at, review_at;
  std::optional<Instant> counts_until;
  bool review_due = false;
  std::uint64_t keeps = 0, bytes = 0, past_end = 0;  // recordings; those that would be gone without a hold
  std::vector<std::string> sources;
  std::string placed_by_name{};  // "Anna Smith (anna)"; the login where there is no person of that login
};
struct GapReport {
  std::string source, cause;  // the commonest
  Duration missing{};
  std::uint64_t gaps = 0;
};
struct ErasureReport {      // an order by which recordings went before their date
  std::uint64_t entry = 0;  // of the order, in the ledger
  Instant at;               // of that entry
  std::uint64_t recordings = 0;
  bool certified = false;
  bool again = false;  // done anew by a restore, then: when it was ordered is not known, and `at` may be in doubt
};
struct RollbackReport {                // acts that are lost, and somebody accepted that
  std::uint64_t entry = 0;             // of that, in the ledger
  std::optional<Instant> accepted_at;  // none: in a time that is in doubt
  std::uint64_t lost_acts = 0;         // at least; 0: nobody can say how many
};
struct OutsideReport {  // files that Tenure does not delete, or not yet
  std::string name, place;
  std::uint64_t files = 0, older_than_promised = 0;
  std::optional<Instant> oldest, newest;
  std::string problem;  // it cannot be looked into
  // Of a backup: recordings that are deleted here, and whose key (or whose sealed file, which no key opens) is in it.
  std::uint64_t deleted_since = 0;
};
// What a supplier is known to keep, by its own word: nothing here can see it.
struct ProviderReport {
  enum class Standing { within, longer, unknown, ended, unregistered };
  std::string source, cls, name, place, keeps, promised;  // periods; empty: not known
  std::optional<Instant> until;
  Standing standing = Standing::unregistered;
};

struct Attestation {
  Instant at;
  std::string practice;  // its name; empty: not given
  TrustedTime time;
  std::string time_in_words;
  bool trial = false;
  std::vector<Finding> findings;  // broken first
  std::vector<ClassReport> classes;
  std::vector<HoldReport> holds;        // that count
  std::vector<GapReport> gaps;          // of the last 31 days
  std::vector<ErasureReport> erasures;  // ordered in the last 31 days, oldest first
  std::vector<OutsideReport> call_folders, backups;
  std::vector<ProviderReport> providers;
  std::vector<SpaceForecast> spaces;
  LedgerSeen ledger;
  std::map<std::string, std::uint64_t> acts;  // of the last 31 days, by name
  std::vector<RollbackReport> rollbacks;      // accepted in the last 31 days: their acts are not in `acts`
  std::uint64_t files = 0, keys_live = 0, keys_erased = 0, quarantined = 0, deleted_early = 0, unknown_files = 0;
  std::uint64_t not_looked_at = 0;  // recordings that belong into folders that could not be looked into

  std::uint64_t count(Weight weight) const;
};

// "kept", "broken" or "unsure".
std::string verdict_of(const Attestation& report);
// One sentence that answers the question, then what else must be said; for people.
std::vector<std::string> verdict_in_words(const Attestation& report);
// "P28D" as people say it; what has several parts stays as it is.
std::string period_in_words(const std::string& period);
// What no report from inside this machine can see.
const std::vector<std::string>& unseen();
// schema tenure-promise-report-1, in a fixed order: the bytes that are signed.
std::string to_json(const Attestation& report);

}  // namespace tenure::storage
