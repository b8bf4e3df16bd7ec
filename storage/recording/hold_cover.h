// How holds stand to many segments, one after the other: the answers of hold_view() and of the column `held`, which ask
// each hold for each segment. Here what the holds name is read once, and each segment is looked up in it. For lists
// that are shown: what decides about a deletion asks in SQL, in its own transaction. One thread, inside one
// transaction.
#pragma once
#include <map>
#include <optional>

#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

// kSegmentColumns, with `held` left false for HoldCover to say.
const std::string& columns_without_held();

class HoldCover {
 public:
  // Without a time only held() can be asked.
  explicit HoldCover(sqlite::Connection& db, const std::optional<TrustedTime>& time = {});
  // As the row was read from the catalogue.
  bool held(const SegmentRow& row);
  HoldView view(const SegmentRow& row);

 private:
  using How = std::uint32_t;             // which kinds of holds; see the .cpp file
  using Steps = std::map<Instant, How>;  // from there on, until the next
  How of(const SegmentRow& row);
  How of_spans(const SegmentRow& row);
  How of_call(const SegmentId& id);
  How of_tokens(sqlite::Statement query) const;
  How asked_one_by_one(const SegmentId& id);
  const Steps& steps_of(const std::string& source);

  sqlite::Connection& db_;
  const std::optional<Instant> lo_;
  std::map<SegmentId, How> by_id_;
  std::map<Blob, How> by_group_, by_number_;  // by their tokens
  std::map<std::string, Steps> by_source_;    // of those that were asked about
};

}  // namespace tenure::storage
