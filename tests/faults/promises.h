// What a run promised before it was cut off, read back from its lines; and what follows for what may, must and must not
// be there. Counted from the design's words alone: shares no code with the decisions it judges.
#pragma once
#include <iosfwd>
#include <map>
#include <set>

#include "storage/types.h"

namespace tenure::faults {

struct PromisedSegment {
  SegmentId id;
  std::string source;
  Interval span;
  bool is_call = false;
  int number = 0;            // of a call; of a prefix: how many fragments
  std::uint64_t slot = 0;
  std::string slot_hex, key_hex;
  Instant expires(int days_kept) const;  // of a call: as ever
};

struct PromisedHold {
  std::string id;            // empty while it is only being asked for
  std::string source;        // of a span, or
  Interval span;
  int number = 0;            // of a call, or
  std::set<SegmentId> keeps; // what its receipt listed
  std::optional<Instant> release_tried, released;
  bool covers(const PromisedSegment& segment) const;
};

struct Promises {
  explicit Promises(const std::string& lines);
  Instant clock;
  std::map<SegmentId, PromisedSegment> segments;
  std::map<SegmentId, PromisedSegment> prefixes;  // of segments still being recorded; `number` fragments are durable
  std::vector<PromisedHold> holds;            // acknowledged
  std::vector<PromisedHold> tried;            // asked for; may have happened
  std::set<SegmentId> may_be_gone, must_be_gone;
  std::vector<std::pair<std::uint64_t, std::string>> ledger;  // number, act
  int least_days = 28, days = 28;             // of footage: by a policy that was asked for; by the one in force for certain
  bool disk_fails = false;                    // what it refuses may be lost beside the catalogue
  bool rotation_tried = false;                // of the key-encryption key
  std::string fired;                          // what the shim hit; empty: nothing

  // Under an acknowledged hold that cannot have ended.
  bool surely_held(const PromisedSegment& segment, Instant at) const;
  bool perhaps_held(const PromisedSegment& segment, Instant at) const;

 private:
  void read(const std::string& line);
  void sweep(bool done);
  void policy(std::istream& in);
  void pressure();
  std::pair<int, Instant> next_policy_{28, Instant::max()};  // and when it takes effect
};

}  // namespace tenure::faults
