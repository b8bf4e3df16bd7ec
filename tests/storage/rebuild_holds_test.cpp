// What a hold keeps and what it came too late for are the same after the catalogue was rebuilt, whatever else has changed.
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/recording/restamp.h"
#include "tests/storage/rebuild_practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

class RebuiltHolds : public LostCatalogue {
 protected:
  HoldId hold(const Interval& span) { return practice.parts->holds.add(practice.request({{"front", span}}), practice.manager).hold.id; }
  void let_go(const HoldId& id) {
    practice.parts->holds.release(id, "settled", practice.manager);
    practice.clock.advance(hours(24));
    practice.parts->sweeper.sweep();
    practice.parts->holds.drop_ended_files();
  }
};

TEST_F(RebuiltHolds, I8_I20_WhatAnotherHoldKeptPastItsExpiryIsStillHeldByTheLaterOne) {
  const auto row = practice.record("front", minute);
  const auto first = hold(minute);
  practice.clock.advance(days(29));
  const auto later = hold(minute);
  let_go(first);
  ASSERT_TRUE(practice.exists(row.id));
  carry_out();
  EXPECT_EQ(lose_and_rebuild().holds, 1u) << "the first one is over, and its file is gone";
  practice.recover();
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  EXPECT_TRUE(practice.exists(row.id) && practice.file_exists(row));
  EXPECT_EQ(practice.parts->holds.show(later).segments.size(), 1u);
  let_go(later);
  EXPECT_FALSE(practice.exists(row.id));
}

TEST_F(RebuiltHolds, I4_I20_WhatAHoldCameTooLateForItMissesAfterwardsToo) {
  const auto row = practice.record("front", minute);
  practice.clock.advance(days(29));  // expired, and not swept yet
  const auto late = hold(minute);
  const auto kept = practice.record("front", {practice.clock.now(), practice.clock.now() + minutes(1)});
  ASSERT_EQ(practice.parts->holds.show(late).segments.size(), 0u);
  practice.parts->holds.extend(late, practice.clock.now() + days(90), "still open", practice.manager);  // writes the file anew
  carry_out();
  EXPECT_EQ(lose_and_rebuild().holds, 1u);
  practice.recover();
  EXPECT_EQ(practice.parts->holds.show(late).hold.missed, std::vector{row.id});
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  EXPECT_FALSE(practice.exists(row.id));
  EXPECT_TRUE(practice.exists(kept.id));
}

TEST_F(RebuiltHolds, I8_I20_FootageWhoseTimeWasSettledIsHeldWhereItWentAlthoughTheHoldNamesItsOldPlace) {
  const auto row = practice.record("front", minute);
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE segment SET line = ?, time_doubtful = 1 WHERE id = ?", start, row.id);
  });
  const auto placed = hold(minute);
  practice.clock.advance(hours(2));
  const Duration offset = days(3);
  const auto settled = practice.clock.now() + offset;
  restamp(practice.parts->catalogue,
          {{start, offset, settled, Settlement::By::witness}, {start, start + days(9)}, settled, {"tenured"}, "time-settle", ""});
  practice.clock.advance(offset);
  ASSERT_EQ(practice.parts->holds.show(placed).segments.size(), 1u);
  carry_out();
  lose_and_rebuild();
  practice.recover();
  EXPECT_EQ(practice.parts->holds.show(placed).segments.size(), 1u);
  practice.clock.advance(days(40));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  EXPECT_TRUE(practice.exists(row.id));
}

TEST_F(RebuiltHolds, I20_AGapInHeldFootageIsFoundAgainPastTheRetentionPeriod) {
  practice.record("front", minute);
  practice.record("front", {start + minutes(5), start + minutes(6)});
  hold({start, start + minutes(6)});
  practice.clock.advance(days(29));
  carry_out();
  EXPECT_EQ(lose_and_rebuild().gaps, 1u);
  const auto gaps = practice.parts->catalogue.gaps("front", {start, start + hours(1)});
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].span, (Interval{minute.to, start + minutes(5)}));
}

TEST_F(RebuiltHolds, I20_WhatWasDeletedBetweenHeldMinutesIsNoGapThoughAHoldThatCameLaterCoversIt) {
  const Interval last{start + minutes(2), start + minutes(3)};
  practice.record("front", minute);
  practice.record("front", {minute.to, last.from});
  practice.record("front", last);
  hold(minute);
  hold(last);
  practice.clock.advance(days(29));
  ASSERT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  hold({start, last.to});
  carry_out();
  const auto report = lose_and_rebuild();
  EXPECT_EQ(report.segments, 2u);
  EXPECT_EQ(report.gaps, 0u);
}

}  // namespace
}  // namespace tenure::storage
