// Entries that stand for many things at once: a Merkle root over id || digest of each segment, in the order of their ids.
#pragma once
#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

// Members are added in the order of their ids.
class BatchRoot {
 public:
  BatchRoot();
  ~BatchRoot();
  void add(const SegmentId& id, View digest);
  Digest root() const;
  std::uint64_t count() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// {"segments":3,"root":"<hex>"}; with the root of nothing when there are none.
std::string batch_subject(const BatchRoot& batch);
// Of what is about to be buried, in any order.
Digest root_of_segments(const std::vector<SegmentRow>& rows);

// One entry `capture` over at most `limit` of the segments that became live since the last; true if there are more.
bool insert_capture_batch(sqlite::Connection& db, Instant at, std::size_t limit);

struct BatchCheck {
  std::uint64_t batches = 0;
  std::uint64_t through = 0;  // entries up to here were looked at
  std::vector<std::pair<std::uint64_t, std::string>> problems;  // entry, what
};
// The next capture and sweep entries against the segments and tombstones that name them; false when there are no more.
bool check_some_batches(sqlite::Connection& db, BatchCheck& check);

}  // namespace tenure::storage
