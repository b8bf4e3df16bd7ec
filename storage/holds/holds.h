// Holds: what must not be deleted, why, by whose authority, until which review (I7, I8, I9). A hold is durable, in its
// own sealed file and in the catalogue, before it is acknowledged. Any thread; blocks on the disk.
#pragma once
#include <mutex>

#include "storage/people/approvals.h"

namespace tenure::storage {

struct HoldSpan {
  std::string source;
  Interval span;
};
// The end of a span that has none: it covers what is yet to be recorded, until the hold is released.
inline constexpr Instant kOpenEnd{Seconds(7'258'118'400)};  // the year 2200
inline bool is_open(const HoldSpan& span) { return span.span.to >= kOpenEnd; }

struct HoldLoad;

struct HoldRequest {
  std::vector<HoldSpan> spans;
  std::vector<std::string> numbers;   // in any form
  std::vector<SegmentId> calls;
  std::string reason, authority;      // required
  std::optional<Instant> review;      // required, in the future
};

struct Hold {
  HoldId id;
  HoldRequest what;
  std::string state;                  // "active", "releasing", "released"
  Instant placed_at;
  std::string placed_by;
  std::optional<Instant> released_at;
  std::string released_by, release_reason;
  bool review_due = false;            // overdue; a hold never ends for that
  bool review_soon = false;           // due within 14 days
  std::optional<Instant> counts_until{};  // of one that was released: 24 h on (I9)
  std::vector<SegmentId> missed{};    // had expired when it was placed, held by nothing: not kept by it
};

// A hold may keep a whole archive: no list of it is made in memory.
inline constexpr std::size_t kMostListed = 10'000;

struct HoldReceipt {
  Hold hold;
  std::vector<SegmentRow> segments;   // what it keeps now, oldest first, at most kMostListed of it
  std::vector<Gap> gaps;              // minutes of the spans never recorded
  std::vector<HoldSpan> gone;         // minutes already deleted or beyond their expiry
  std::uint64_t recordings = 0, bytes = 0;         // of all that it keeps
  std::uint64_t of_calls = 0, bytes_of_calls = 0;  // of these
  std::uint64_t ledger_number = 0;
};

class Holds {
 public:
  // `folder` keeps the hold files, sealed under a key derived from the root key.
  Holds(Catalogue& catalogue, const Clock& clock, Path folder, const Key& root);
  // Throws Error{usage} naming the field when something is missing or makes no sense.
  HoldReceipt add(const HoldRequest& request, const Actor& actor);
  std::vector<Hold> list() const;
  Hold get(const HoldId& id) const;  // as show(), without a look at what it keeps
  HoldReceipt show(const HoldId& id) const;
  // The hold counts for another 24 h, then what has expired goes (I9). With `approval`, of the act "hold release" on this
  // hold, that is used up in the same transaction.
  Hold release(const HoldId& id, const std::string& reason, const Actor& actor, const std::optional<ApprovalId>& approval = {});
  // Takes a release back while it still counts: what has expired meanwhile is read by others than its managers again.
  Hold keep(const HoldId& id, const std::string& reason, const Actor& actor);
  // What add() would answer, worked out by the same steps and undone; with what only this hold would keep. Nothing is
  // written. The id in it means nothing.
  HoldReceipt preview(const HoldRequest& request, const Actor& actor, HoldLoad& load);
  HoldLoad load(const HoldId& id) const;
  // Due and overdue reviews, each once in the ledger for a review date. Returns how many. Called every minute.
  std::size_t remind();
  Hold extend(const HoldId& id, Instant review, const std::string& reason, const Actor& actor);
  // At start: a hold file without its row counts as a hold and is adopted, as released if it says so. Returns how many
  // were.
  std::size_t adopt_stray_files();
  // Once a minute: the files of released holds go when those have counted to their end.
  void drop_ended_files();
  // After a restore: what finds calls by number, made again from the sealed numbers.
  std::uint64_t index_numbers();

 private:
  Catalogue& catalogue_;
  const Clock& clock_;
  Path folder_;
  Key file_key_, index_key_;
  std::mutex file_mutex_;  // release() and keep() of one hold: who commits last leaves its file as it must be
};

}  // namespace tenure::storage
