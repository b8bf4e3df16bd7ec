// What a hold does to the forecast of a disk, part by part: calls, several vaults, sources never recorded, disks off
// line.
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/space/hold_forecast.h"
#include "storage/space/space_plan.h"
#include "tests/storage/small_disk.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;

const Instant kStart = at("2026-03-02T10:00:00Z");
constexpr std::uint64_t kMiB = 1 << 20;

// Two cameras of 50 MiB a day for twenty days: 2,000 MiB lie there, and 28 days of it need 2,800.
class SpaceForecasts : public testing::Test {
 protected:
  SpaceForecasts() {
    for (int day = 0; day < 20; ++day)
      for (const auto* camera : {"front", "waiting-room"})
        make(camera, {kStart - days(20 - day), kStart - days(19 - day)}, 50 * kMiB);
  }
  SegmentRow make(const std::string& source, Interval span, std::uint64_t bytes, const std::string& vault = "main") {
    return tests::commit_row(practice.parts->catalogue, source, span, bytes, vault);
  }
  Pressure pressure_with_room(std::uint64_t room) {
    return storage::pressure_with_room(practice, room, {{"front"}, {{"cctv", 2}}});
  }
  static HoldPart camera(const std::string& source, std::uint64_t bytes, Duration recorded,
                         const std::string& vault = "main") {
    HoldPart part;
    part.source = source;
    part.recordings = 1;
    part.recorded = recorded;
    part.rows = {{vault, kStart + days(10), bytes}};
    return part;
  }
  static HoldPart calls(std::uint64_t bytes) {
    HoldPart part;
    part.source = "pbx";
    part.kind = Kind::calls;
    part.recordings = 1;
    part.rows = {{"main", kStart + days(1000), bytes}};
    return part;
  }
  static std::vector<std::string> offers(const HoldForecast& forecast) {
    std::vector<std::string> all;
    for (const auto& offer : forecast.narrower) all.push_back(offer.text);
    return all;
  }
  void hold(HoldSpan span) { practice.parts->holds.add(practice.request({std::move(span)}), practice.manager); }
  HoldLoad load_of_hold(std::vector<HoldSpan> spans) {
    HoldLoad load;
    practice.parts->holds.preview(practice.request(std::move(spans)), practice.manager, load);
    return load;
  }
  PracticeOnItsDisk practice{kStart};
};

TEST_F(SpaceForecasts, I9_AHoldThatKeepsNothingEndangersNothing) {
  const auto pressure = pressure_with_room(10 * kMiB);
  const auto nothing = forecast_hold(pressure, {});
  ASSERT_EQ(nothing.before.size(), 1u);
  EXPECT_TRUE(nothing.before[0].full_at) << "the disk is too small without any hold";
  EXPECT_FALSE(nothing.endangers);
  EXPECT_EQ(nothing.recordings, 0u);
}

TEST_F(SpaceForecasts, I9_CallsThatCrowdOutThePromiseAreToldThoughTheDiskFillsNoEarlier) {
  const auto pressure = pressure_with_room(1'200 * kMiB);
  const auto large = forecast_hold(pressure, {{calls(5'000 * kMiB)}});
  EXPECT_EQ(large.after.at(0).full_at, large.before.at(0).full_at);
  EXPECT_TRUE(large.endangers);
  EXPECT_THAT(offers(large), testing::IsEmpty()) << "calls stay in every narrower one";
}

TEST_F(SpaceForecasts, I9_CallsStayInEveryNarrowerOffer) {
  const auto pressure = pressure_with_room(1'200 * kMiB);
  const auto large = forecast_hold(pressure, {{calls(5'000 * kMiB), camera("front", 100 * kMiB, days(20)),
                                               camera("waiting-room", 200 * kMiB, minutes(30))}});
  ASSERT_TRUE(large.endangers);
  EXPECT_THAT(offers(large), ElementsAre(HasSubstr("--source front"), HasSubstr("--source waiting-room"),
                                         HasSubstr("the exact minutes")));
  EXPECT_EQ(large.narrower[0].bytes, 5'100 * kMiB);
  EXPECT_EQ(large.narrower[1].bytes, 5'200 * kMiB);
  EXPECT_LT(large.narrower[2].bytes, 5'201 * kMiB) << "of twenty days an hour, of half an hour all";
  EXPECT_GT(large.narrower[2].bytes, 5'200 * kMiB);
  for (const auto& offer : large.narrower) EXPECT_TRUE(offer.endangers);
}

TEST_F(SpaceForecasts, I9_WhatLiesInAnotherVaultTakesNoRoomHere) {
  const auto pressure = pressure_with_room(1'200 * kMiB);
  const auto elsewhere = forecast_hold(pressure, {{camera("front", 5'000 * kMiB, days(20), "attic")}});
  EXPECT_EQ(elsewhere.bytes, 5'000 * kMiB);
  EXPECT_EQ(elsewhere.after.at(0).held, 0u);
  EXPECT_FALSE(elsewhere.endangers);
}

TEST_F(SpaceForecasts, I9_AHoldWithoutAnEndOfACameraThatIsFullAlreadyFillsItEarlier) {
  const auto pressure = pressure_with_room(300 * kMiB);
  auto growing = camera("front", 0, hours(1));
  growing.rows.clear();
  growing.to_come = {{kStart, kOpenEnd}};
  growing.bytes_per_hour["main"] = 2.0 * kMiB;
  const auto open = forecast_hold(pressure, {{growing}});
  if (open.before.at(0).full_at) {
    EXPECT_LE(*open.after.at(0).full_at, *open.before.at(0).full_at);
  } else {
    EXPECT_TRUE(open.after.at(0).full_at);
  }
  EXPECT_EQ(open.endangers, open.after.at(0).full_at != open.before.at(0).full_at);
}

TEST_F(SpaceForecasts, I9_GrowthOfASourceThatWasNeverRecordedIsEstimatedForEveryVault) {
  practice.parts->catalogue.ensure_source("car-park", "cctv", Kind::camera);
  const auto load = load_of_hold({{"car-park", {kStart - hours(1), kOpenEnd}}});
  ASSERT_EQ(load.parts.size(), 1u);
  EXPECT_TRUE(load.parts[0].estimated);
  EXPECT_GT(load.parts[0].bytes_per_day(), 0);
  const auto open = forecast_hold(pressure_with_room(1'200 * kMiB), load);
  EXPECT_TRUE(open.estimated);
  EXPECT_TRUE(open.endangers) << "4 Mb/s are more than all that comes in";
}

TEST_F(SpaceForecasts, I9_GrowthOfACallFolderIsNotGuessed) {
  const auto load = load_of_hold({{"pbx", {kStart - hours(1), kOpenEnd}}});
  ASSERT_EQ(load.parts.size(), 1u);
  EXPECT_EQ(load.parts[0].kind, Kind::calls);
  EXPECT_FALSE(load.parts[0].estimated);
  EXPECT_EQ(load.parts[0].bytes_per_day(), 0);
}

TEST_F(SpaceForecasts, I9_WhatAnotherHoldKeepsAnywayIsNoLoad) {
  hold({"front", {kStart - days(3), kOpenEnd}});
  const auto again = load_of_hold({{"front", {kStart - days(3), kOpenEnd}}, {"front", {kStart - days(1), kOpenEnd}}});
  for (const auto& part : again.parts) {
    EXPECT_EQ(part.recordings, 0u);
    EXPECT_EQ(part.bytes_per_day(), 0) << "it grows anyway";
  }
  const auto wider = load_of_hold({{"front", {kStart - days(5), kStart}}});
  ASSERT_EQ(wider.parts.size(), 1u);
  EXPECT_EQ(wider.parts[0].recordings, 2u) << "the two days before";
}

TEST_F(SpaceForecasts, I9_WhatTwoHoldsKeepIsCountedOnceAndOnlyWhatLiesHere) {
  auto pressure = pressure_with_room(1'200 * kMiB);
  hold({"front", {kStart - days(3), kStart - days(1)}});
  pressure.look_ahead();
  EXPECT_EQ(pressure.spaces().at(0).held, 100 * kMiB);
  hold({"front", {kStart - days(2), kStart}});
  make("front", {kStart - hours(3), kStart - hours(2)}, 7 * kMiB, "attic");
  const auto lost = make("front", {kStart - hours(2), kStart - hours(1)}, 7 * kMiB);
  practice.parts->catalogue.mark_lost(lost.id);
  pressure.look_ahead();
  EXPECT_EQ(pressure.spaces().at(0).held, 150 * kMiB);
  practice.import(call_at(kStart - hours(1), "07700 900123", "a"), std::string(100'000, 'a'));
  auto request = practice.request({});
  request.numbers = {"07700 900123"};
  practice.parts->holds.add(request, practice.manager);
  pressure.look_ahead();
  EXPECT_GT(pressure.spaces().at(0).held, 150 * kMiB) << "a call expires beyond the forecast and is held all the same";
}

TEST_F(SpaceForecasts, I9_AnOpenHoldThatIsInForceShortensTheForecast) {
  for (const auto* camera : {"front", "waiting-room"})
    make(camera, {kStart - hours(10), kStart - hours(9)}, kMiB);  // both record today
  auto pressure = pressure_with_room(1'200 * kMiB);
  pressure.look_ahead();
  const auto before = pressure.spaces().at(0);
  hold({"front", {kStart - days(20), kOpenEnd}});
  pressure.look_ahead();
  const auto after = pressure.spaces().at(0);
  ASSERT_TRUE(after.full_at);
  EXPECT_TRUE(!before.full_at || *after.full_at < *before.full_at);
  EXPECT_TRUE(after.holds_endanger);
}

TEST_F(SpaceForecasts, I9_AfterAHoldThatEndangersThePromiseASmallOneIsNotBlamedForIt) {
  const auto pressure = pressure_with_room(1'200 * kMiB);
  hold({"front", {kStart - days(20), kOpenEnd}});
  const auto small = forecast_hold(pressure, {{camera("waiting-room", 10 * kMiB, hours(2))}});
  ASSERT_TRUE(small.before.at(0).holds_endanger);
  ASSERT_TRUE(small.before.at(0).full_at);
  EXPECT_TRUE(small.after.at(0).holds_endanger);
  EXPECT_LE(*small.after.at(0).full_at, *small.before.at(0).full_at) << "the figures stay";
  EXPECT_FALSE(small.endangers);
  EXPECT_TRUE(small.endangered_already);
  EXPECT_TRUE(small.narrower.empty());
  EXPECT_EQ(small.bytes, 10 * kMiB);
}

TEST_F(SpaceForecasts, I9_AfterAHoldThatEndangersThePromiseOneThatTakesDaysOfItDoesSoToo) {
  const auto pressure = pressure_with_room(1'200 * kMiB);
  hold({"front", {kStart - days(20), kOpenEnd}});
  const auto large = forecast_hold(pressure, load_of_hold({{"waiting-room", {kStart - days(20), kStart}}}));
  EXPECT_LE(*large.after.at(0).full_at, *large.before.at(0).full_at - days(1));
  EXPECT_TRUE(large.endangers);
  EXPECT_TRUE(large.endangered_already);
  ASSERT_EQ(large.narrower.size(), 1u);
  EXPECT_THAT(large.narrower[0].text, HasSubstr("the exact minutes"));
  EXPECT_FALSE(large.narrower[0].endangers);
}

// 170 MiB are free and 100 come a day. What one hold keeps of what would go after a day is why the disk is full in 55
// hours; what the next keeps makes that 41.
TEST_F(SpaceForecasts, I9_AfterAHoldThatEndangersThePromiseOneThatBringsTheNextAlarmDoesSoToo) {
  const Interval oldest{kStart - days(27) - hours(1), kStart - days(27)};
  make("front", oldest, 200 * kMiB);
  make("waiting-room", oldest, 60 * kMiB);
  const auto pressure = pressure_with_room(170 * kMiB);
  hold({"front", oldest});
  const auto next = forecast_hold(pressure, load_of_hold({{"waiting-room", oldest}}));
  ASSERT_TRUE(next.before.at(0).holds_endanger);
  EXPECT_EQ(next.before.at(0).alarm, SpaceAlarm::week);
  EXPECT_EQ(next.after.at(0).alarm, SpaceAlarm::two_days);
  EXPECT_TRUE(next.endangers);
}

TEST_F(SpaceForecasts, WithoutACameraOrACallNothingComesInAndNoHoldGrows) {
  Practice empty(kStart);
  Pressure::Options options;
  options.least_free = kMiB;
  auto& parts = *empty.parts;
  const Pressure pressure(options, parts.catalogue, empty.clock, parts.vaults, parts.eraser, empty.folder.path);
  auto growing = camera("front", 0, hours(1));
  growing.to_come = {{kStart, kOpenEnd}};
  growing.bytes_per_hour[""] = 2.0 * kMiB;
  const auto open = forecast_hold(pressure, {{growing}});
  EXPECT_FALSE(open.after.at(0).full_at);
  EXPECT_FALSE(open.endangers);
}

TEST_F(SpaceForecasts, I19_AVaultThatIsOffLineIsSaidToBeAndNothingIsForetoldOfIt) {
  auto pressure = pressure_with_room(1'200 * kMiB);
  boost::filesystem::rename(practice.folder.path / "vault", practice.folder.path / "away");
  pressure.relieve();
  const auto space = pressure.spaces().at(0);
  EXPECT_FALSE(space.online);
  EXPECT_EQ(space.why, "its folder is missing");
  EXPECT_EQ(space.stopped, "");
  EXPECT_TRUE(forecast_hold(pressure, {{camera("front", kMiB, days(1))}}).before.empty());
}

TEST_F(SpaceForecasts, R05_AVaultForCallsOnlyIsNotJudgedByFootageThatNeverComes) {
  auto& parts = *practice.parts;
  Vaults two({{"phones", practice.folder.path / "phones", {"calls"}}, {"pictures", practice.folder.path / "pictures", {"cctv"}}}, false);
  Pressure::Options options;
  options.least_free = 1 << 20;
  options.cameras = {{"front"}, {{"cctv", 2}}};
  Pressure pressure(options, parts.catalogue, practice.clock, two, parts.eraser, practice.folder.path);
  pressure.relieve();
  const auto spaces = pressure.spaces();
  ASSERT_EQ(spaces.size(), 2u);
  EXPECT_EQ(spaces[0].vault, "phones");
  EXPECT_EQ(spaces[0].plan.need_for_month, 0u);
  EXPECT_EQ(spaces[1].vault, "pictures");
  EXPECT_GT(spaces[1].plan.need_for_month, 0u);
  EXPECT_TRUE(spaces[1].plan.estimated);
}

TEST(Capacity, WithoutCamerasNoDaysAreCounted) {
  const auto plan = plan_capacity(100 * kMiB, {{"calls", Kind::calls, 1000.0, days(10), false}});
  EXPECT_EQ(plan.days_that_fit, 0);
  EXPECT_EQ(plan.need_for_promise, 10'000u);
  SpaceFlow flow{100 * kMiB, kMiB, 1.0 * kMiB, {}, 0, {}};
  EXPECT_EQ(hours_until_full(flow), 98u) << "nothing goes again where no period is known";
}

}  // namespace
}  // namespace tenure::storage
