// Deletes what has expired, by the Eraser, in batches, after changes of policy that are due came into force. What falls
// due beyond what time explains and such a change was approved to make fall due is not deleted but asked about (I11). One
// sweep at a time; the other calls from any thread.
#pragma once
#include <map>

#include "storage/people/approvals.h"
#include "storage/sweep/blast_radius.h"
#include "storage/sweep/eraser.h"

namespace tenure::storage {

// A sweep of a class that somebody must approve first.
struct SweepQuestion {
  std::string vault, cls;
  Instant asked_at, due_until;
  std::uint64_t segments = 0, of = 0;
  std::string why;
  bool approved = false;
};

struct SweepReport {
  std::uint64_t deleted = 0, bytes = 0;
  std::vector<SegmentRow> due;           // dry run: what would go now
  std::uint64_t held_back = 0;           // expired and kept by a hold
  std::optional<Instant> next;           // the next expiry
  std::vector<SweepQuestion> questions;  // what waits for an answer
  std::string problem;                   // what should have gone and could not; empty: nothing
};

class Sweeper {
 public:
  Sweeper(Catalogue& catalogue, const Clock& clock, const Vaults& vaults, Eraser& eraser);
  // Everything due by now, in batches, so that holds placed meanwhile get in between.
  SweepReport sweep();
  SweepReport dry_run() const;
  std::vector<SweepQuestion> questions() const;
  // What the questions ask about goes with the next sweep. Throws Error{not_found} when nothing is asked about `cls`. An
  // approval is for the very questions it was asked for: see subject_of().
  void approve(const std::string& cls, const std::string& reason, const Actor& actor, const std::optional<ApprovalId>& approval = {});
  // What a second person approves: which vaults, up to when, how many. Throws as approve() does.
  std::string subject_of(const std::string& cls) const;

 private:
  using Where = std::pair<std::string, std::string>;  // vault, class
  std::map<Where, Instant> limits(const TrustedTime& time, SweepReport& report);
  void sweep_class(const Where& where, const std::optional<Instant>& until, SweepReport& report);
  void ask(const Where& where, const DueView& view, const std::string& why, const TrustedTime& time);
  void complete(const std::map<Where, Instant>& limits, Instant lo);

  Catalogue& catalogue_;
  const Clock& clock_;
  const Vaults& vaults_;
  Eraser& eraser_;
  struct Completed { Duration monotonic{}; Instant mark; };
  std::map<Where, Completed> completed_;  // by this process; on the sweep's thread
};

}  // namespace tenure::storage
