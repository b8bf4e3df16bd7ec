// The policy of each class in its versions (I10). A change that may shorten anything needs the preview that was shown, a
// second person's approval of exactly that preview, and 24 h before it takes effect, in which it can be cancelled. A longer
// period counts for what is recorded from then on. Every step is in the ledger. Any thread; blocks on the disk.
#pragma once
#include "storage/people/approvals.h"
#include "storage/policy/policy_preview.h"

namespace tenure::storage {

enum class VersionState { waiting, in_force, past, cancelled };
std::string to_string(VersionState state);

struct PolicyVersion {
  std::uint64_t number = 0;
  PolicyWish promise;
  VersionState state = VersionState::waiting;
  Instant asked_at, effective_at, as_of;
  std::string asked_by, reason, approval, preview;
  std::optional<Instant> in_force_at, cancelled_at;
  std::uint64_t dated = 0;     // recordings whose expiry it brought forward
  bool all_dated = false;
  std::string cancelled_by, cancel_reason;
};

class PolicyChanges {
 public:
  static constexpr const char* kAct = "policy change";
  static constexpr Duration kNotice = std::chrono::hours(24);   // before a shorter period takes effect
  static constexpr Duration kUsualLead = std::chrono::hours(72);  // from a preview: time for the second person, and the notice
  // `trial`: periods from a minute, else from a day.
  PolicyChanges(Catalogue& catalogue, const Clock& clock, bool trial) : catalogue_(catalogue), clock_(clock), trial_(trial) {}

  // Throw Error{usage} naming the field, Error{not_found}, Error{refused} when it is the policy already or one waits.
  PolicyPreview preview(const PolicyWish& wish, std::optional<Instant> effective_at = {}) const;
  // The one shown before, worked out again. Throws Error{refused} when it would say something else now.
  PolicyPreview preview_again(const PolicyWish& wish, const std::string& token) const;
  // `shown` may be nothing for a change that shortens nothing; then it takes effect at once.
  PolicyVersion change(const PolicyWish& wish, const std::string& token, const std::string& reason, const Actor& actor,
                       const std::optional<ApprovalId>& approval = {});
  // Of the change that waits for the class. Takes nothing away, so one person may.
  PolicyVersion cancel(const std::string& cls, const std::string& reason, const Actor& actor);
  std::vector<PolicyVersion> versions() const;  // oldest first
  std::vector<PolicyVersion> waiting() const;

 private:
  void check(sqlite::Connection& db, const PolicyWish& wish) const;
  Catalogue& catalogue_;
  const Clock& clock_;
  bool trial_;
};

// What is approved: the wish, the preview's name and its figures.
std::string approval_subject(const PolicyPreview& preview);

// Brings into force what is due, and every expiry that it shortens forward. Called by the sweep, before it looks.
void apply_due_policies(Catalogue& catalogue, const Clock& clock);

// What the settings say that is not in force: never an act by itself.
struct PolicyProposal {
  std::optional<PolicyWish> wish;  // none: the class is no longer in the settings
  std::string text;
};
std::vector<PolicyProposal> policy_proposals(const std::vector<PolicyRow>& policy, const std::vector<config::Class>& classes);

}  // namespace tenure::storage
