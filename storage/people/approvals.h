// Acts that need a second person: somebody asks, another approves, and the act uses the approval up, exactly once, in
// its own transaction. A request is durable, expires, and every step of it is in the ledger. Nobody approves what they
// asked for themselves. Where nobody else could approve, a delay stands in: the request then says from when on it may
// be used without. Any thread; blocks on the disk.
#pragma once
#include <atomic>

#include "storage/catalogue/catalogue.h"

namespace tenure::storage {

using ApprovalId = Id<struct ApprovalTag>;

enum class ApprovalState { waiting, approved, refused, used, expired };
std::string to_string(ApprovalState state);

struct Approval {
  ApprovalId id;
  std::string act;      // the verb: "hold release"
  std::string subject;  // exactly what: JSON without personal detail, see approval_subject()
  std::string reason;
  ApprovalState state = ApprovalState::waiting;
  Instant asked_at;
  std::string asked_by, asked_person;
  Instant expires_at;
  std::optional<Instant> earliest;  // nobody else could approve: usable from then on as it is
  std::optional<Instant> decided_at;
  std::string decided_by, decided_reason;
  std::optional<Instant> used_at;
  std::string note;  // what makes one look twice: who lost rights just before, whose login the asker set
};

// Who may approve what; from daemon/access. Both are asked before the transaction and must not write.
struct ApprovalJudge {
  std::function<bool(const Actor& actor, const Approval& approval)> may_approve;
  std::function<bool(const Approval& approval)> other_exists;  // anybody but who asked
};

// What an act hands down to use an approval up.
struct ApprovedAct {
  ApprovalId id;
  std::string act, subject;
  std::optional<std::string> reason{};  // given now; without one the act has the reason that was approved
};

class Approvals {
 public:
  static constexpr Duration kDelay = std::chrono::hours(24);  // that stands in for a second person
  static constexpr Duration kUsualValidity = std::chrono::days(7);
  Approvals(Catalogue& catalogue, const Clock& clock) : catalogue_(catalogue), clock_(clock) {}
  // Set once at the start. Without: anybody else may approve, and there is always somebody.
  void set_judge(ApprovalJudge judge) { judge_ = std::move(judge); }
  void set_validity(Duration validity) { validity_ = validity; }

  Approval ask(std::string act, std::string subject, const std::string& reason, const Actor& actor);
  // Throw Error{refused} with the reason, Error{not_found}.
  Approval approve(const ApprovalId& id, const Actor& actor);
  Approval refuse(const ApprovalId& id, const std::string& reason, const Actor& actor);  // who asked may withdraw it
  // Throws Error{refused} when a request that nobody could have approved waits, and somebody could by now. Before use:
  // else a delay is had by ending a login for the moment of asking.
  void must_still_be_alone(const ApprovalId& id) const;
  // For an act that has no transaction of its own: use_approval() in one, before its first effect.
  Approval use(const ApprovedAct& approved, const Actor& actor);
  std::vector<Approval> list(std::size_t limit = 1000) const;  // newest first
  Approval show(const ApprovalId& id) const;
  // Marks what has expired, with its entries; returns how many. Called every minute: what expired is refused anyway.
  std::size_t end_expired();

 private:
  Approval decide(const ApprovalId& id, ApprovalState state, const std::string& reason, const Actor& actor);
  Catalogue& catalogue_;
  const Clock& clock_;
  ApprovalJudge judge_;
  std::atomic<Duration> validity_{kUsualValidity};
};

// Inside the act's own transaction: throws Error{refused} and so undoes the act when the approval is not this act's on
// this subject for this reason, asked for by `actor`, approved (or past its delay), unexpired and unused.
// Returns it, for its reason.
Approval use_approval(Catalogue::Transaction& transaction, const ApprovedAct& approved, const Actor& actor,
                      const TrustedTime& time);

// The subject of an act in the one form that is compared: JSON with its members in order of their names.
std::string approval_subject(std::vector<std::pair<std::string, std::string>> members);

}  // namespace tenure::storage
