// What is measured of cameras for plans and forecasts: over the time they recorded, not over the time that went by.
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/holds/hold_load.h"
#include "storage/recording/camera_rate.h"
#include "storage/space/space_demand.h"
#include "tests/storage/practice.h"
#include "tests/support/space.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Instant kStart = at("2026-03-02T10:00:00Z");
constexpr std::uint64_t kMinute = 4'500'000;  // bytes at 0.6 Mb/s
constexpr double kSmallDay = 1440.0 * kMinute;

CameraRecorded recorded(Duration ago, Duration length, std::uint64_t bytes, bool last_here = true) {
  return {kStart - ago, last_here, bytes, bytes / 10, length};
}

TEST(CameraRate, IsNotMeasuredBeforeAnHourWasRecorded) {
  EXPECT_FALSE(rate_of(recorded(hours(15), minutes(59), 590)));
  const auto rate = rate_of(recorded(hours(15), hours(1), 600));
  ASSERT_TRUE(rate);
  EXPECT_NEAR(rate->bytes, 14'400, 0.01);
  EXPECT_NEAR(rate->files, 1'440, 0.01);
}

TEST(CameraRate, OfAClassIsTheSumOfItsCamerasEachOverItsOwnTime) {
  const auto all = class_rate({recorded({}, hours(100), 1'000), recorded({}, hours(2), 1'000)}, 2, kStart);
  EXPECT_NEAR(all.rate.bytes, 240 + 12'000, 0.01);
  EXPECT_NEAR(all.rate.files, 24 + 1'200, 0.01);
  EXPECT_FALSE(all.estimated);
}

TEST(CameraRate, AUsualOneStandsInForWhatWasNotRecordedForAnHour) {
  const auto brief = class_rate({recorded({}, hours(24), 1'000), recorded({}, minutes(5), 1'000)}, 2, kStart);
  EXPECT_NEAR(brief.rate.bytes, 1'000 + kUsualCamera.bytes, 0.01);
  EXPECT_TRUE(brief.estimated);
  const auto never = class_rate({recorded({}, hours(24), 1'000)}, 3, kStart);
  EXPECT_NEAR(never.rate.files, 100 + 2 * kUsualCamera.files, 0.01);
  EXPECT_TRUE(never.estimated);
}

TEST(CameraRate, ARenamedCameraCountsOnceAndByItsNewName) {
  const auto renamed = class_rate({recorded(hours(2), hours(100), 1'000), recorded({}, hours(2), 500)}, 1, kStart);
  EXPECT_NEAR(renamed.rate.bytes, 6'000, 0.01);
  const auto just_now = class_rate({recorded(minutes(9), hours(100), 1'000), recorded({}, minutes(5), 9)}, 1, kStart);
  EXPECT_NEAR(just_now.rate.bytes, kUsualCamera.bytes, 0.01);
  EXPECT_TRUE(just_now.estimated);
}

TEST(CameraRate, WhereTheSettingsSendNoneOnlyWhatRecordedThereLastCountsAndNotForEver) {
  const std::optional<std::size_t> none;
  EXPECT_NEAR(class_rate({recorded(days(6), hours(24), 1'000)}, none, kStart).rate.bytes, 1'000, 0.01);
  EXPECT_EQ(class_rate({recorded(days(7), hours(24), 1'000)}, none, kStart).rate.bytes, 0);
  EXPECT_EQ(class_rate({recorded({}, hours(24), 1'000, /*last_here=*/false)}, none, kStart).rate.bytes, 0);
  const auto brief = class_rate({recorded({}, minutes(5), 1'000)}, none, kStart);
  EXPECT_EQ(brief.rate.bytes, 0);
  EXPECT_FALSE(brief.estimated);
}

class RecordedRates : public testing::Test {
 protected:
  // Minutes one after another, up to `ago` before kStart.
  void record(const std::string& camera, Duration ago, int count, std::uint64_t bytes = kMinute,
              const std::string& vault = "main") {
    for (int i = 0; i < count; ++i) {
      const auto from = kStart - ago - minutes(count - i);
      tests::commit_row(practice.parts->catalogue, camera, {from, from + minutes(1)}, bytes, vault);
    }
  }
  ClassDemand cctv(const std::map<std::string, std::size_t>& cameras, const std::string& vault = "main") {
    const auto demand = practice.parts->catalogue.state().read([&](sqlite::Connection& db) {
      return read_demand(db, vault, practice.parts->catalogue.policy(), kStart, cameras);
    });
    for (const auto& one : demand.bytes.classes)
      if (one.cls == "cctv") return one;
    return {};
  }
  HoldPart growth_of_hold(const std::string& source) {
    HoldLoad load;
    practice.parts->holds.preview(practice.request({{source, {kStart - hours(1), kOpenEnd}}}), practice.manager, load);
    return load.parts.empty() ? HoldPart{} : load.parts[0];
  }
  Practice practice{kStart};
};

TEST_F(RecordedRates, R05_FiveMinutesAndFifteenHoursOffAreStillNoMeasure) {
  record("front", hours(15), 3);
  record("front", {}, 2);
  const auto one = cctv({{"cctv", 1}});
  EXPECT_TRUE(one.estimated);
  EXPECT_NEAR(one.per_day, kUsualCamera.bytes, 1);
  const auto plan = plan_capacity(67ull << 30, {one});
  EXPECT_FALSE(plan.promise_fits());
  EXPECT_LT(plan.days_that_fit, 2);
}

TEST_F(RecordedRates, R05_TwoHoursAndTwentyHoursOffAreMeasuredByTheTwoHours) {
  record("front", hours(20), 120);
  const auto one = cctv({{"cctv", 1}});
  EXPECT_FALSE(one.estimated);
  EXPECT_NEAR(one.per_day, kSmallDay, 1);
}

TEST_F(RecordedRates, R05_EachCameraCountsWholeFromItsOwnBeginning) {
  record("front", {}, 300);
  record("waiting-room", {}, 60, 10 * kMinute);
  EXPECT_NEAR(cctv({{"cctv", 2}}).per_day, 11 * kSmallDay, 1);
  practice.parts->catalogue.ensure_source("car-park", "cctv", Kind::camera);
  const auto three = cctv({{"cctv", 3}});
  EXPECT_NEAR(three.per_day, 11 * kSmallDay + kUsualCamera.bytes, 1);
  EXPECT_TRUE(three.estimated) << "of one of them nothing is known";
}

TEST_F(RecordedRates, R05_ACameraOffLineForWeeksKeepsItsShareAsItWas) {
  record("front", days(12), 180, 2 * kMinute);
  record("waiting-room", {}, 180);
  const auto both = cctv({{"cctv", 2}});
  EXPECT_NEAR(both.per_day, 3 * kSmallDay, 1);
  EXPECT_FALSE(both.estimated);
  EXPECT_NEAR(cctv({{"cctv", 1}}).per_day, kSmallDay, 1) << "it left the settings";
}

TEST_F(RecordedRates, R05_OnlyTheLastSevenDaysOfACameraAreLookedAt) {
  record("front", days(8), 600, 100 * kMinute);
  record("front", {}, 60);
  EXPECT_NEAR(cctv({{"cctv", 1}}).per_day, kSmallDay, 1) << "it was made smaller since";
}

TEST_F(RecordedRates, R05_AMinuteStampedInDaysToComeHidesNothing) {
  record("front", {}, 120);
  record("front", -days(30), 1);
  const auto one = cctv({{"cctv", 1}});
  EXPECT_FALSE(one.estimated);
  EXPECT_NEAR(one.per_day, kSmallDay, 1);
}

TEST_F(RecordedRates, R05_ACameraThatGoesIntoAnotherVaultNowIsNotCountedInBoth) {
  record("front", hours(3), 120);
  record("front", {}, 120, 2 * kMinute, "attic");
  EXPECT_EQ(cctv({}, "main").per_day, 0);
  EXPECT_NEAR(cctv({{"cctv", 1}}, "attic").per_day, 2 * kSmallDay, 1);
}

TEST_F(RecordedRates, I9_AHoldWithoutAnEndGrowsAsTheCameraRecordsHoweverLongItWasOff) {
  record("front", hours(20), 120);
  const auto measured = growth_of_hold("front");
  EXPECT_FALSE(measured.estimated);
  EXPECT_NEAR(measured.bytes_per_day(), kSmallDay, 1);
  record("waiting-room", hours(20), 5);
  const auto brief = growth_of_hold("waiting-room");
  EXPECT_TRUE(brief.estimated);
  EXPECT_NEAR(brief.bytes_per_day(), kUsualCamera.bytes, 1);
}

TEST_F(RecordedRates, I9_AHoldWithoutAnEndGrowsWhereTheCameraRecordedLast) {
  record("front", hours(3), 120);
  record("front", {}, 120, 2 * kMinute, "attic");
  const auto part = growth_of_hold("front");
  ASSERT_EQ(part.bytes_per_hour.size(), 1u);
  EXPECT_EQ(part.bytes_per_hour.begin()->first, "attic");
  EXPECT_NEAR(part.bytes_per_day(), 2 * kSmallDay, 1);
}

}  // namespace
}  // namespace tenure::storage
