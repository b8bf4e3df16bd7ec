#include "storage/space/space_plan.h"

#include <gmock/gmock.h>

namespace tenure::storage {
namespace {

constexpr std::uint64_t kGiB = 1ull << 30;
constexpr double kGiBs = 1 << 30;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;

const ClassDemand kCctv{"cctv", Kind::camera, 10 * kGiBs, days(28), false};
const ClassDemand kCalls{"calls", Kind::calls, 0.1 * kGiBs, days(1000), false};

TEST(Capacity, SaysWhatThePromiseAndWhatAMonthNeeds) {
  const auto plan = plan_capacity(500 * kGiB, {kCctv, kCalls});
  EXPECT_EQ(plan.need_for_promise, 380 * kGiB);
  EXPECT_EQ(plan.need_for_month, 410 * kGiB);
  EXPECT_TRUE(plan.promise_fits() && plan.month_fits());
  EXPECT_NEAR(plan.days_that_fit, 40, 0.01) << "of CCTV, when calls have what they were promised";
}

TEST(Capacity, R05_ADiskThatKeepsThePromiseButNoMonthSaysSo) {
  const auto plan = plan_capacity(400 * kGiB, {kCctv, kCalls});
  EXPECT_TRUE(plan.promise_fits());
  EXPECT_FALSE(plan.month_fits());
}

TEST(Capacity, ADiskTooSmallForThePromiseSaysHowManyDaysFit) {
  const auto plan = plan_capacity(200 * kGiB, {kCctv, kCalls});
  EXPECT_FALSE(plan.promise_fits());
  EXPECT_NEAR(plan.days_that_fit, 10, 0.01);
}

TEST(Capacity, VaultsThatShareADiskDoNotEachHaveAllOfIt) {
  const auto plans = plan_together(400 * kGiB, {{kCctv}, {kCctv, kCalls}});
  ASSERT_EQ(plans.size(), 2u);
  EXPECT_EQ(plans[0].need_for_promise, 280 * kGiB);
  EXPECT_EQ(plans[0].promise_beside, 380 * kGiB);
  EXPECT_EQ(plans[1].need_for_promise, 380 * kGiB);
  EXPECT_EQ(plans[1].promise_beside, 280 * kGiB);
  for (const auto& plan : plans) {
    EXPECT_EQ(plan.have, 400 * kGiB);
    EXPECT_FALSE(plan.promise_fits()) << "each alone would";
    EXPECT_NEAR(plan.days_that_fit, 15, 0.01) << "of 20 GiB a day, beside 100 GiB of calls";
  }
}

TEST(Capacity, AVaultForCallsBesideOneForFootageFitsOrDoesNotAsTheyDoTogether) {
  const auto enough = plan_together(380 * kGiB, {{kCalls}, {kCctv}});
  EXPECT_TRUE(enough[0].promise_fits() && enough[1].promise_fits());
  EXPECT_FALSE(enough[0].month_fits() || enough[1].month_fits()) << "410 GiB";
  EXPECT_EQ(enough[0].days_that_fit, 0) << "no footage goes there";
  EXPECT_NEAR(enough[1].days_that_fit, 28, 0.01);
  const auto less = plan_together(379 * kGiB, {{kCalls}, {kCctv}});
  EXPECT_FALSE(less[0].promise_fits() || less[1].promise_fits());
}

SpaceFlow flow(std::uint64_t free, double in) { return {free, kGiB, in * kGiBs, {}, 28 * 24, {}}; }

TEST(Forecast, AFillingDiskIsFullWhenOnlyTheReserveIsLeft) {
  EXPECT_EQ(hours_until_full(flow(11 * kGiB, 1)), 9u);
  EXPECT_EQ(hours_until_full(flow(kGiB, 1)), 0u);
}

TEST(Forecast, WhatExpiresMakesRoomInItsHour) {
  auto steady = flow(3 * kGiB, 1);
  steady.freed.assign(kForecastHours, kGiB);
  EXPECT_EQ(hours_until_full(steady), std::nullopt);
  steady.freed[5] = steady.freed[6] = 0;  // held back
  EXPECT_EQ(hours_until_full(steady), 6u);
}

TEST(Forecast, FromTheEndOfThePeriodOnWhatComesInGoesAgain) {
  EXPECT_EQ(hours_until_full(flow((28 * 24 + 2) * kGiB, 1)), std::nullopt);
  auto held = flow((28 * 24 + 2) * kGiB, 1);
  held.kept_share.assign(kForecastHours, 0.5);
  EXPECT_NE(hours_until_full(held), std::nullopt) << "an open-ended hold keeps half of what comes";
}

TEST(Forecast, WhatComesInIsKeptUntilTheHoldsEndAndGoesAgainBehindIt) {
  const auto kept_for = [](Duration length, std::uint64_t more_room) {
    auto held = flow((28 * 24 + 2) * kGiB + more_room, 1);
    held.kept_share.assign(kForecastHours, 0);
    keep_more(held.kept_share, {Instant{}, Instant{} + length}, Instant{}, 1);
    return hours_until_full(held);
  };
  EXPECT_EQ(kept_for(hours(10), 0), 28u * 24);
  EXPECT_EQ(kept_for(hours(10), 11 * kGiB), std::nullopt) << "ten hours of it";
  EXPECT_EQ(kept_for(hours(20), 11 * kGiB), 28u * 24 + 11);
  EXPECT_EQ(kept_for(days(3650), 11 * kGiB), 28u * 24 + 11) << "an end beyond what is foretold is as good as none";
}

TEST(Forecast, AHoldKeepsOfAnHourWhatItCoversOfIt) {
  const auto from_half = Instant{} + minutes(30);
  std::vector<double> kept(3, 0);
  keep_more(kept, {from_half, from_half + minutes(60)}, Instant{}, 0.5);
  EXPECT_THAT(kept, ElementsAre(0.25, 0.25, 0));
  keep_more(kept, {Instant{}, Instant{} + hours(2)}, Instant{}, 0.9);
  EXPECT_THAT(kept, ElementsAre(1, 1, 0)) << "never more than all";
  keep_more(kept, {Instant{}, Instant{} + hours(9)}, Instant{}, -0.75);
  EXPECT_THAT(kept, ElementsAre(0.25, 0.25, 0));
}

TEST(Forecast, WithinAnHourGoesWhatIsKeptForLess) {
  auto brief = flow(kGiB + kGiB / 2, 1);
  brief.hours_kept = 0.25;
  EXPECT_EQ(hours_until_full(brief), std::nullopt) << "a quarter of a GiB lies there at a time";
  brief.hours_kept = 0.75;
  EXPECT_EQ(hours_until_full(brief), 0u);
  brief.hours_kept = 1.25;
  brief.free = 2 * kGiB + kGiB / 2;
  EXPECT_EQ(hours_until_full(brief), std::nullopt);
  brief.free = 2 * kGiB + kGiB / 8;
  EXPECT_EQ(hours_until_full(brief), 1u) << "and not a whole hour's less of what is kept for more";
}

TEST(Forecast, CallsThatStayForYearsDoNotGoAgainWhenFootageDoes) {
  auto with_calls = flow((28 * 24 + 2) * kGiB, 1);
  with_calls.stays_per_hour = 0.5 * kGiBs;
  ASSERT_TRUE(hours_until_full(with_calls));
  EXPECT_GT(*hours_until_full(with_calls), 28u * 24);
}

TEST(Forecast, VaultsThatShareADiskFillItTogether) {
  const auto one = flow(0, 1), other = flow(0, 3);  // what is free is told once
  EXPECT_EQ(hours_until_full(41 * kGiB, kGiB, {one}), 39u);
  EXPECT_EQ(hours_until_full(41 * kGiB, kGiB, {one, other}), 9u);
  EXPECT_EQ(hours_until_full(kGiB, kGiB, {one, other}), 0u);
}

TEST(Forecast, AlarmsAtSevenDaysTwoDaysAndSixHours) {
  EXPECT_EQ(alarm_of(std::nullopt), SpaceAlarm::none);
  EXPECT_EQ(alarm_of(168), SpaceAlarm::none);
  EXPECT_EQ(alarm_of(167), SpaceAlarm::week);
  EXPECT_EQ(alarm_of(47), SpaceAlarm::two_days);
  EXPECT_EQ(alarm_of(5), SpaceAlarm::six_hours);
  EXPECT_EQ(alarm_of(0), SpaceAlarm::full);
}

}  // namespace
}  // namespace tenure::storage
