// Of files and bytes, whichever ends first: what is planned, foretold and alarmed on a file system that makes only so
// many files (I16, R05).
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/space/hold_forecast.h"
#include "storage/space/room.h"
#include "storage/space/space_demand.h"
#include "tests/storage/small_disk.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

const Instant kStart = at("2026-03-02T10:00:00Z");
constexpr std::uint64_t kMiB = 1 << 20;

// A camera of four small files a day for twenty days: 80 lie there, and 28 days of it need 112.
class SpaceOfFiles : public testing::Test {
 protected:
  void SetUp() override {
    mounted = put_on_small_disk(practice, "size=96m,nr_inodes=200000");
    if (!mounted) GTEST_SKIP() << "making a small file system needs root";
    for (int quarter = 0; quarter < 80; ++quarter) {
      const auto from = kStart - days(20) + hours(6 * quarter);
      make({from, from + hours(6)}, 1000);
    }
  }
  void TearDown() override {
    if (mounted) take_off_small_disk(practice);
  }
  Room room() { return room_at(practice.folder.path).value_or(Room{}); }
  void make(Interval span, std::uint64_t bytes) { tests::commit_row(practice.parts->catalogue, "front", span, bytes); }
  // So many more can be made; of bytes there is room for everything.
  Pressure pressure_with_files(std::uint64_t files) {
    Pressure::Options options;
    options.least_free = kMiB;
    options.ballast = kMiB;
    options.least_files = room().files - files;
    options.cameras.of_class["cctv"] = 1;
    return pressure_on(practice, options);
  }
  Practice practice{kStart};
  bool mounted = false;
};

TEST_F(SpaceOfFiles, R05_ADiskWithRoomForTheBytesAndNotForTheFilesIsTooSmall) {
  auto pressure = pressure_with_files(20);  // 100 in all
  pressure.look_ahead();
  const auto space = pressure.spaces().at(0);
  EXPECT_TRUE(space.plan.promise_fits()) << "of bytes";
  ASSERT_TRUE(space.files);
  EXPECT_NEAR(static_cast<double>(space.files->need_for_promise), 112, 2);
  EXPECT_FALSE(space.promise_fits());
  EXPECT_TRUE(space.short_of_files());
  EXPECT_NEAR(space.days_that_fit(), 25, 1);
}

TEST_F(SpaceOfFiles, I16_TheForecastAndTheAlarmAreOfTheFilesThatEndFirst) {
  auto pressure = pressure_with_files(20);  // for five days; the first footage goes after eight
  pressure.look_ahead();
  const auto space = pressure.spaces().at(0);
  ASSERT_TRUE(space.full_at);
  EXPECT_GT(*space.full_at, kStart + days(4));
  EXPECT_LT(*space.full_at, kStart + days(6));
  EXPECT_EQ(space.alarm, SpaceAlarm::week);
  EXPECT_TRUE(space.files_first);
  const auto noted = practice.parts->catalogue.ledger(1, 1000).back();
  EXPECT_EQ(noted.act, "space-alarm");
  EXPECT_THAT(noted.subject, HasSubstr(R"("of":"files")"));
}

TEST_F(SpaceOfFiles, R05_WhereBothAreEnoughNothingIsSaidOfFiles) {
  auto pressure = pressure_with_files(200);
  pressure.look_ahead();
  const auto space = pressure.spaces().at(0);
  EXPECT_TRUE(space.promise_fits());
  EXPECT_FALSE(space.short_of_files());
  EXPECT_FALSE(space.full_at);
  EXPECT_FALSE(space.files_first);
  EXPECT_EQ(space.alarm, SpaceAlarm::none);
}

TEST_F(SpaceOfFiles, R05_WhereBytesEndFirstTheyAreWhatIsSaid) {
  make({kStart - hours(2), kStart - hours(1)},
       std::uint64_t{1} << 44);  // more a week than any disk of tests has room for
  auto pressure = pressure_with_files(100'000);
  pressure.look_ahead();
  const auto space = pressure.spaces().at(0);
  EXPECT_FALSE(space.promise_fits());
  EXPECT_FALSE(space.short_of_files());
  EXPECT_TRUE(space.full_at);
  EXPECT_FALSE(space.files_first);
}

TEST_F(SpaceOfFiles, I9_AHoldThatKeepsManySmallFilesEndangersThePromiseByTheirNumber) {
  const auto pressure = pressure_with_files(40);  // 120: eight to spare
  HoldPart part;
  part.source = "front";
  part.recordings = 40;
  part.recorded = days(10);
  for (int i = 0; i < 40; ++i) part.rows.push_back({"main", kStart + days(9) + hours(6 * i), 1000});
  const auto forecast = forecast_hold(pressure, {{part}});
  EXPECT_TRUE(forecast.before.at(0).promise_fits());
  EXPECT_FALSE(forecast.before.at(0).holds_endanger);
  EXPECT_TRUE(forecast.after.at(0).holds_endanger);
  EXPECT_TRUE(forecast.endangers);
  ASSERT_EQ(forecast.narrower.size(), 1u);
  EXPECT_FALSE(forecast.narrower[0].endangers) << "an hour of ten days is one file of the forty";
}

TEST_F(SpaceOfFiles, WhatIsLostTakesNoRoom) {
  const auto used = [&] {
    return practice.parts->catalogue.state().read([&](sqlite::Connection& db) {
      return read_demand(db, "main", practice.parts->catalogue.policy(), kStart, {}).files.used;
    });
  };
  EXPECT_EQ(used(), 80u);
  practice.parts->catalogue.mark_lost(practice.parts->catalogue.in_state(State::live).front().id);
  EXPECT_EQ(used(), 79u);
}

TEST(Space, ACameraNeverRecordedIsTakenForAFileAMinute) {
  const Practice empty(kStart);
  const auto demand = empty.parts->catalogue.state().read([&](sqlite::Connection& db) {
    return read_demand(db, "main", empty.parts->catalogue.policy(), kStart, {{"cctv", 2}});
  });
  EXPECT_NEAR(demand.files.flow.per_hour, 120, 0.01);
  for (const auto& one : demand.files.classes) EXPECT_EQ(one.estimated, one.cls == "cctv") << one.cls;
}

TEST_F(SpaceOfFiles, I16_WhenFilesEndCamerasAreToldSo) {
  const auto pressure = pressure_with_files(0);
  EXPECT_EQ(pressure.refusal("main", "front"), "");
  Pressure::Options options;
  options.least_free = kMiB;
  options.least_files = 4 * room().files;
  const auto none = pressure_on(practice, options);
  EXPECT_THAT(none.refusal("main", "front"), HasSubstr("no more files: what is left is kept for calls"));
}

TEST(FilesNotCounted, ArePlannedByBytesAlone) {
  VaultSpace space;
  space.plan = plan_capacity(100, {{"cctv", Kind::camera, 10, days(28), false}});
  EXPECT_FALSE(space.promise_fits());
  EXPECT_FALSE(space.short_of_files());
  EXPECT_NEAR(space.days_that_fit(), 10, 0.01);
}

TEST(FilesNotCounted, OfBothTheOneThatFitsForLessIsNamed) {
  VaultSpace space;
  space.plan = plan_capacity(100, {{"cctv", Kind::camera, 10, days(28), false}});
  space.files = plan_capacity(200, {{"cctv", Kind::camera, 10, days(28), false}});
  EXPECT_FALSE(space.short_of_files());
  space.files = plan_capacity(50, {{"cctv", Kind::camera, 10, days(28), false}});
  EXPECT_TRUE(space.short_of_files());
  EXPECT_NEAR(space.days_that_fit(), 5, 0.01);
}

TEST(Lacking, I16_NothingGoesFromAVaultWithRoomForOneThatIsAtTheEndOfItsQuota) {
  const Room wanted{100, 10};
  EXPECT_THAT(lacking({{"one", {99, 10}}, {"two", {99, 10}}}, wanted), testing::ElementsAre("one", "two"));
  EXPECT_THAT(lacking({{"quota", {5, 10}}, {"wide", {1'000'000, 10}}}, wanted), testing::ElementsAre("quota"));
  EXPECT_THAT(lacking({{"of files", {1'000, 9}}, {"wide", {1'000, kNotCounted}}}, wanted),
              testing::ElementsAre("of files"));
}

}  // namespace
}  // namespace tenure::storage
