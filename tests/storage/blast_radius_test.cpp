// I11: a sweep takes what fell due since the last complete one; more stops it, and it asks.
#include "storage/sweep/blast_radius.h"

#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

const Instant kStart = at("2026-03-02T10:00:00Z");
const Period kMonth = *parse_period("P28D");

DueView view(std::uint64_t due, std::uint64_t live, std::optional<Instant> mark) { return {due, 0, live, 0, mark}; }

TEST(I11, WhatFallsDueFromMinuteToMinuteGoesWithoutAsking) {
  EXPECT_EQ(objection(view(16, 645'000, kStart), kMonth, kStart + minutes(1), minutes(1)), "");
  EXPECT_EQ(objection(view(960, 645'000, kStart), kMonth, kStart + hours(1), hours(1)), "");
}

TEST(I11, ADowntimeExplainsWhatFellDueMeanwhile) {
  EXPECT_EQ(objection(view(322'000, 645'000, kStart), kMonth, kStart + days(14), std::nullopt), "");
  EXPECT_EQ(objection(view(645'000, 645'000, kStart), kMonth, kStart + days(40), std::nullopt), "");
}

TEST(I11, AClockThatJumpedExplainsNothing) {
  // Trusted time says a fortnight, the clock that never steps says half a minute.
  EXPECT_THAT(objection(view(322'000, 645'000, kStart), kMonth, kStart + days(14), Seconds(30)), HasSubstr("49 % of the class"));
}

TEST(I11, MoreThanFivePercentAfterAShortStopIsAskedAbout) {
  EXPECT_THAT(objection(view(60'000, 645'000, kStart), kMonth, kStart + hours(2), std::nullopt), HasSubstr("9 % of the class"));
}

TEST(I11, AClassOfLessThanAThousandIsNotAskedAbout) {
  EXPECT_EQ(objection(view(999, 999, kStart), kMonth, kStart + minutes(1), minutes(1)), "");
}

TEST(I11, WithoutASweepOnRecordAWholeClassIsAskedAbout) {
  EXPECT_THAT(objection(view(2000, 2000, std::nullopt), kMonth, kStart, std::nullopt), HasSubstr("no sweep before this one"));
}

// Real rows, a real sweep: somebody set back what a thousand recordings were promised.
class BlastRadius : public testing::Test {
 protected:
  void record(int count, Instant from) {
    for (int i = 0; i < count; ++i) practice.record_row("front", {from + Seconds(i), from + Seconds(i + 1)});
  }
  void shorten_all_behind_the_policys_back() {
    practice.parts->catalogue.write([](Catalogue::Transaction& t) { t.db.script("UPDATE segment SET expires_at = expires_at - 2419200000000"); });
  }
  SweepReport sweep() { return practice.parts->sweeper.sweep(); }
  Practice practice{kStart};
};

TEST_F(BlastRadius, I11_RowsWhoseExpiryWasMovedAreNotSweptButAskedAbout) {
  sweep();
  practice.clock.advance(hours(1));
  record(30, kStart);
  sweep();
  shorten_all_behind_the_policys_back();
  const auto report = sweep();
  EXPECT_EQ(report.deleted, 0u);
  ASSERT_EQ(report.questions.size(), 1u);
  EXPECT_EQ(report.questions[0].segments, 30u);
  EXPECT_THAT(report.questions[0].why, HasSubstr("due at the last complete sweep already"));
  EXPECT_EQ(practice.parts->catalogue.in_state(State::live).size(), 30u);
}

TEST_F(BlastRadius, I11_AQuestionStaysAcrossARestartAndOnlyAnApprovalLetsItGo) {
  sweep();
  practice.clock.advance(hours(1));
  record(30, kStart);
  sweep();
  shorten_all_behind_the_policys_back();
  sweep();
  practice.restart();
  practice.clock.advance(days(1));
  EXPECT_EQ(sweep().deleted, 0u);
  EXPECT_THAT(error_of([&] { practice.parts->sweeper.approve("calls", "looked at it", practice.manager); }), HasSubstr("no sweep of \"calls\""));
  EXPECT_THAT(error_of([&] { practice.parts->sweeper.approve("cctv", "", practice.manager); }), HasSubstr("reason"));
  practice.parts->sweeper.approve("cctv", "the footage is four weeks old indeed", practice.manager);
  EXPECT_EQ(sweep().deleted, 30u);
  EXPECT_TRUE(practice.parts->sweeper.questions().empty());
  EXPECT_EQ(sweep().deleted, 0u);
}

TEST_F(BlastRadius, I11_AHoldThatEndedExplainsWhatItKept) {
  record(20, kStart);
  const auto hold = practice.parts->holds.add(practice.request({{"front", {kStart, kStart + minutes(1)}}}), practice.manager).hold;
  practice.clock.advance(days(29));
  EXPECT_EQ(sweep().deleted, 0u);
  practice.parts->holds.release(hold.id, "the claim is settled", practice.manager);
  practice.clock.advance(hours(25));
  const auto report = sweep();
  EXPECT_TRUE(report.questions.empty());
  EXPECT_EQ(report.deleted, 20u);
}

TEST_F(BlastRadius, I11_WhatArrivesAfterItsTimeGoesWithoutAsking) {
  practice.clock.advance(days(40));
  sweep();
  record(20, kStart);  // an old disk read in late
  const auto report = sweep();
  EXPECT_TRUE(report.questions.empty());
  EXPECT_EQ(report.deleted, 20u);
}

TEST_F(BlastRadius, I11_AJumpOfTheClockStopsTheSweepOfALargeClass) {
  practice.clock.advance(hours(1));
  record(1200, kStart);
  sweep();
  const auto jumped = kStart + days(29);
  practice.clock.set({jumped, jumped});  // the clock that never steps stood still
  const auto report = sweep();
  EXPECT_EQ(report.deleted, 0u);
  ASSERT_EQ(report.questions.size(), 1u);
  EXPECT_EQ(report.questions[0].of, 1200u);
}

TEST_F(BlastRadius, I11_WeeksOfDowntimeAreNoReasonToAsk) {
  practice.clock.advance(hours(1));
  record(1200, kStart);
  sweep();
  practice.parts.reset();
  practice.clock.advance(days(40));
  practice.restart();
  EXPECT_EQ(sweep().deleted, 1200u);
}

}  // namespace
}  // namespace tenure::storage
