// Holds without an end, holds kept after all, reviews that are due, and what a hold costs before it is placed.
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/holds/hold_file.h"
#include "storage/space/hold_forecast.h"
#include "tests/storage/small_disk.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

const Instant kStart = at("2026-03-02T10:00:00Z");
constexpr std::uint64_t kMiB = 1 << 20;

class HoldReview : public testing::Test {
 protected:
  HoldReceipt open_hold(const std::string& camera, Instant from) {
    return practice.parts->holds.add(practice.request({{camera, {from, kOpenEnd}}}), practice.manager);
  }
  HoldReceipt hold(const std::string& camera, Interval span) {
    return practice.parts->holds.add(practice.request({{camera, span}}), practice.manager);
  }
  std::size_t acts(const std::string& act) const {
    std::size_t count = 0;
    for (const auto& entry : practice.parts->catalogue.ledger(1, 1000)) count += entry.act == act;
    return count;
  }
  bool hold_file(const HoldId& id) const { return boost::filesystem::exists(hold_file_path(practice.folder.path / "holds", id)); }
  PracticeOnItsDisk practice{kStart};
};


TEST_F(HoldReview, I7_AHoldWithoutAnEndCoversWhatIsRecordedLater) {
  const auto before = practice.record("front", {kStart - minutes(10), kStart - minutes(9)});
  const auto held = open_hold("front", kStart);
  EXPECT_TRUE(is_open(held.hold.what.spans.at(0)));
  std::vector<SegmentRow> later;
  for (int day = 0; day < 40; ++day) {
    practice.clock.advance(days(1));
    const auto now = practice.clock.now();
    later.push_back(practice.record("front", {now - minutes(1), now}));
    practice.parts->sweeper.sweep();
  }
  practice.clock.advance(days(400));
  practice.parts->sweeper.sweep();
  EXPECT_FALSE(practice.exists(before.id));
  for (const auto& row : later) EXPECT_TRUE(practice.exists(row.id) && practice.file_exists(row));
  const auto receipt = practice.parts->holds.show(held.hold.id);
  EXPECT_EQ(receipt.segments.size(), 40u);
  EXPECT_TRUE(is_open(receipt.hold.what.spans.at(0)));
  EXPECT_FALSE(receipt.gaps.empty()) << "what was not recorded until now, and no later";
  for (const auto& gap : receipt.gaps) EXPECT_LE(gap.span.to, practice.clock.now());
}

TEST_F(HoldReview, I7_AHoldWithoutAnEndSurvivesTheLossOfTheCatalogueWithoutGettingOne) {
  const auto held = open_hold("front", kStart);
  practice.parts.reset();
  boost::filesystem::remove_all(practice.folder.path / "catalogue");
  practice.restart();
  EXPECT_EQ(practice.recover().stray_holds, 1u);
  const auto row = practice.record("front", {kStart + days(3), kStart + days(3) + minutes(1)});
  practice.clock.advance(days(90));
  practice.parts->sweeper.sweep();
  EXPECT_TRUE(practice.exists(row.id));
  EXPECT_TRUE(is_open(practice.parts->holds.show(held.hold.id).hold.what.spans.at(0)));
}

TEST_F(HoldReview, I7_APreviewSaysWhatAddThenAnswersAndLeavesNothing) {
  for (int i = 0; i < 5; ++i) practice.record("front", {kStart + minutes(i), kStart + minutes(i + 1)});
  practice.clock.advance(hours(1));
  const auto request = practice.request({{"front", {kStart + minutes(1), kStart + minutes(20)}}});
  const auto entries = practice.parts->catalogue.ledger(1, 1000).size();
  HoldLoad load;
  const auto foretold = practice.parts->holds.preview(request, practice.manager, load);
  EXPECT_TRUE(practice.parts->holds.list().empty());
  EXPECT_EQ(practice.parts->catalogue.ledger(1, 1000).size(), entries);
  EXPECT_TRUE(boost::filesystem::is_empty(practice.folder.path / "holds"));
  const auto placed = practice.parts->holds.add(request, practice.manager);
  ASSERT_EQ(foretold.segments.size(), placed.segments.size());
  for (std::size_t i = 0; i < placed.segments.size(); ++i) EXPECT_EQ(foretold.segments[i].id, placed.segments[i].id);
  EXPECT_EQ(foretold.bytes, placed.bytes);
  EXPECT_EQ(foretold.gaps.size(), placed.gaps.size());
  ASSERT_EQ(load.parts.size(), 1u);
  EXPECT_EQ(load.parts[0].bytes(), placed.bytes);
  practice.parts->holds.preview(request, practice.manager, load);
  EXPECT_TRUE(load.parts.empty()) << "another hold keeps all of it already";
}

TEST_F(HoldReview, I8_WhatIsHeldStaysThroughReviewOverduePolicyChangeAndReleaseTakenBack) {
  const auto row = practice.record("front", {kStart, kStart + minutes(1)});
  const auto id = hold("front", row.span).hold.id;
  practice.clock.advance(days(50));  // past its expiry and its review
  practice.parts->holds.remind();
  practice.parts->holds.release(id, "over", practice.manager);
  practice.clock.advance(hours(23));
  practice.parts->holds.keep(id, "not over", practice.manager);
  practice.clock.advance(days(300));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  EXPECT_TRUE(practice.exists(row.id) && practice.file_exists(row));
}

TEST_F(HoldReview, I9_AReleaseIsTakenBackWhileItCountsAndNoLonger) {
  const auto row = practice.record("front", {kStart, kStart + minutes(1)});
  const auto id = hold("front", row.span).hold.id;
  EXPECT_THAT(error_of([&] { practice.parts->holds.keep(id, "x", practice.manager); }), HasSubstr("is active"));
  practice.clock.advance(days(40));
  practice.parts->holds.release(id, "over", practice.manager);
  EXPECT_TRUE(hold_file(id)) << "its 24 hours too must outlive the catalogue";
  EXPECT_THAT(error_of([&] { practice.parts->holds.keep(id, " ", practice.manager); }), HasSubstr("reason"));
  practice.clock.advance(hours(24) - Duration(1));
  const auto kept = practice.parts->holds.keep(id, "the claim is reopened", practice.manager);
  EXPECT_EQ(kept.state, "active");
  EXPECT_FALSE(kept.released_at);
  EXPECT_TRUE(hold_file(id)) << "it must outlive the catalogue again";
  EXPECT_EQ(acts("hold-keep"), 1u);
  practice.clock.advance(days(10));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  practice.parts->holds.release(id, "over now", practice.manager);
  practice.clock.advance(hours(24));
  EXPECT_THAT(error_of([&] { practice.parts->holds.keep(id, "too late", practice.manager); }), HasSubstr("is released"));
  practice.parts->holds.drop_ended_files();
  EXPECT_FALSE(hold_file(id));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
}

TEST_F(HoldReview, I9_WhatIsReleasingIsReadByHoldManagersAndByAllOnceKept) {
  const auto row = practice.record("front", {kStart, kStart + minutes(1)});
  const auto id = hold("front", row.span).hold.id;
  practice.clock.advance(days(40));
  const Actor manager{"anna", "01", {kPracticeManager}}, partner{"ben", "02", {"partner"}};
  const auto reads = [&](const Actor& actor) {
    const auto time = practice.clock.trusted();
    return practice.parts->catalogue.state().read([&](sqlite::Connection& db) {
      return may_read(*segment_by_id(db, row.id), hold_view(db, row.id, time), actor, Purpose::view, time).allowed;
    });
  };
  EXPECT_TRUE(reads(partner));
  practice.parts->holds.release(id, "over", practice.manager);
  EXPECT_TRUE(reads(manager));
  EXPECT_FALSE(reads(partner));
  practice.parts->holds.keep(id, "not over", practice.manager);
  EXPECT_TRUE(reads(partner));
}

TEST_F(HoldReview, I9_ReviewsAreRemindedOfOnceAStepAndNeverEndAHold) {
  const auto row = practice.record("front", {kStart, kStart + minutes(1)});
  const auto id = hold("front", row.span).hold.id;  // review in 30 days
  EXPECT_EQ(practice.parts->holds.remind(), 0u);
  practice.clock.advance(days(16));
  EXPECT_TRUE(practice.parts->holds.list().at(0).review_soon);
  EXPECT_EQ(practice.parts->holds.remind(), 1u);
  EXPECT_EQ(practice.parts->holds.remind(), 0u);
  practice.clock.advance(days(14));
  EXPECT_TRUE(practice.parts->holds.list().at(0).review_due);
  EXPECT_EQ(practice.parts->holds.remind(), 1u);
  practice.restart();
  EXPECT_EQ(practice.parts->holds.remind(), 0u);
  EXPECT_EQ(acts("hold-review-due"), 1u);
  EXPECT_EQ(acts("hold-review-overdue"), 1u);
  practice.clock.advance(days(400));
  practice.parts->sweeper.sweep();
  EXPECT_TRUE(practice.exists(row.id));
  practice.parts->holds.extend(id, practice.clock.now() + days(10), "still open", practice.manager);
  EXPECT_EQ(practice.parts->holds.remind(), 1u) << "a new date, within 14 days";
  EXPECT_EQ(acts("hold-review-due"), 2u);
}

TEST_F(HoldReview, AnExtensionSaysWhetherItIsDueByTheNewDate) {
  const auto row = practice.record("front", {kStart, kStart + minutes(1)});
  const auto id = hold("front", row.span).hold.id;  // review in 30 days
  practice.clock.advance(days(20));
  EXPECT_TRUE(practice.parts->holds.extend(id, practice.clock.now() + days(12), "still open", practice.manager).review_soon);
  const auto far = practice.parts->holds.extend(id, practice.clock.now() + days(200), "still open", practice.manager);
  EXPECT_FALSE(far.review_soon || far.review_due);
}

// A vault of a made-up size: the forecast asks the disk for what is free, so what must not be free is said to be reserved.
class HoldForecastOf : public HoldReview {
 protected:
  void SetUp() override {
    for (int day = 0; day < 20; ++day)
      for (const auto* camera : {"front", "waiting-room"}) {
        const auto when = kStart - days(20) + days(day);
        tests::commit_row(practice.parts->catalogue, camera, {when, when + hours(24)}, 50 * kMiB);
      }
  }
  Pressure pressure_with_room(std::uint64_t room) {
    return storage::pressure_with_room(practice, room, {{}, {{"cctv", 2}}});
  }
  HoldForecast forecast(const Pressure& pressure, std::vector<HoldSpan> spans) {
    HoldLoad load;
    practice.parts->holds.preview(practice.request(std::move(spans)), practice.manager, load);
    return forecast_hold(pressure, load);
  }
};

TEST_F(HoldForecastOf, I9_ASmallHoldWithRoomToSpareEndangersNothing) {
  const auto pressure = pressure_with_room(20'000 * kMiB);
  const auto small = forecast(pressure, {{"front", {kStart - days(5), kStart - days(4)}}});
  EXPECT_EQ(small.recordings, 1u);
  EXPECT_EQ(small.bytes, 50 * kMiB);
  EXPECT_EQ(small.bytes_per_day, 0);
  EXPECT_FALSE(small.endangers);
  EXPECT_TRUE(small.narrower.empty());
}

TEST_F(HoldForecastOf, I9_AHoldThatCrowdsOutThePromiseIsToldAndNarrowerOnesAreOffered) {
  // 2,000 MiB lie there, 2 cameras at 50 MiB a day need 2,800: with 1,200 more it fits, and not with 1,000 held.
  const auto pressure = pressure_with_room(1'200 * kMiB);
  const auto large = forecast(pressure, {{"front", {kStart - days(20), kStart}}, {"waiting-room", {kStart - days(20), kStart}}});
  EXPECT_EQ(large.bytes, 2'000 * kMiB);
  EXPECT_TRUE(large.before.at(0).plan.promise_fits());
  EXPECT_FALSE(large.before.at(0).holds_endanger);
  EXPECT_TRUE(large.endangers);
  ASSERT_EQ(large.narrower.size(), 3u);
  EXPECT_THAT(large.narrower[0].text, HasSubstr("one camera only: --source front"));
  EXPECT_EQ(large.narrower[0].bytes, 1'000 * kMiB);
  EXPECT_TRUE(large.narrower[0].endangers);
  EXPECT_THAT(large.narrower[2].text, HasSubstr("the exact minutes"));
  EXPECT_FALSE(large.narrower[2].endangers);
}

TEST_F(HoldForecastOf, I9_AHoldWithoutAnEndGrowsAndIsOfferedAnEnd) {
  const auto pressure = pressure_with_room(1'200 * kMiB);
  const auto open = forecast(pressure, {{"front", {kStart - hours(1), kOpenEnd}}});
  EXPECT_NEAR(open.bytes_per_day / kMiB, 50, 8);
  EXPECT_FALSE(open.estimated);
  EXPECT_TRUE(open.endangers);
  ASSERT_TRUE(open.after.at(0).full_at);
  ASSERT_FALSE(open.narrower.empty());
  EXPECT_THAT(open.narrower[0].text, HasSubstr("--to now"));
  EXPECT_FALSE(open.narrower[0].endangers);
}

TEST_F(HoldForecastOf, I9_TheAlarmStaysWhileTheHoldDoesAndWithoutItTheForecastIsAsBefore) {
  auto pressure = pressure_with_room(1'200 * kMiB);
  pressure.look_ahead();
  EXPECT_FALSE(pressure.spaces().at(0).holds_endanger);
  const auto id = practice.parts->holds.add(practice.request({{"front", {kStart - days(20), kOpenEnd}}}), practice.manager).hold.id;
  pressure.look_ahead();
  EXPECT_TRUE(pressure.spaces().at(0).holds_endanger);
  EXPECT_EQ(pressure.spaces().at(0).held, 1'000 * kMiB);
  const auto placed = forecast_of_placed(pressure, practice.parts->holds.load(id));
  EXPECT_TRUE(placed.endangers);
  EXPECT_EQ(placed.before.at(0).held, 0u);
  EXPECT_FALSE(placed.before.at(0).full_at);
  EXPECT_EQ(placed.after.at(0).held, 1'000 * kMiB);
  practice.parts->holds.release(id, "over", practice.manager);
  pressure.look_ahead();
  EXPECT_FALSE(pressure.spaces().at(0).holds_endanger);
  EXPECT_EQ(acts("space-alarm"), 2u);
}

}  // namespace
}  // namespace tenure::storage
