// What a change of policy would make fall due, worked out by the decisions that the sweep itself asks, for the moment the
// change would take effect. Nothing is written. For policy_change.h and those who show it.
#pragma once
#include "storage/catalogue/catalogue.h"

namespace tenure::storage {

namespace sqlite {
class Connection;
}

struct PolicyWish {
  std::string cls;
  Period period;
  config::Anchor anchor = config::Anchor::capture_end;
};

struct Tally {
  std::uint64_t recordings = 0, calls = 0, bytes = 0;  // calls: of the recordings
  std::optional<Instant> oldest, newest;               // starts
};

struct PolicyPreview {
  PolicyRow now;
  PolicyWish wish;
  bool shortens = false;        // or may, for some recording
  Instant effective_at, as_of;  // as_of: recordings that ended later are not looked at; they follow the new period
  std::vector<SegmentId> due;   // what falls due at effective_at by this change, in the order of ids
  Tally falls_due;              // the same, counted
  Tally goes, held;             // of these: what then goes, and what a hold keeps as long as it lasts
  Tally sooner;                 // expires earlier than promised, but later than effective_at
  Tally anyway;                 // goes by effective_at under the policy in force: no matter of this change
  Tally anyway_held;            // would, and is kept by a hold as long as that lasts
  std::string token;            // names exactly this: wish, moments and `due`
};

// Throws Error{not_found} for a class without a policy.
PolicyPreview preview_policy(sqlite::Connection& db, const PolicyWish& wish, Instant effective_at, Instant as_of);

struct TokenTimes {
  Instant effective_at, as_of;
};
// The moments a token names. Throws Error{usage} for a text that is no token.
TokenTimes times_of_token(const std::string& token);

}  // namespace tenure::storage
