// What a hold whose end is yet to come does to the forecast of a disk: it keeps all that is recorded until then.
#include <gmock/gmock.h>

#include "storage/space/hold_forecast.h"
#include "tests/storage/small_disk.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Instant kStart = at("2026-03-02T10:00:00Z");
constexpr std::uint64_t kMiB = 1 << 20;

// Two cameras of 50 MiB a day for twenty days, and this morning: 2,000 MiB lie there, 28 days of it need 2,800, and
// there is room for 3,200.
class HoldsThatEnd : public testing::Test {
 protected:
  HoldsThatEnd() {
    for (const auto* camera : {"front", "waiting-room"}) {
      for (int day = 0; day < 20; ++day)
        make(camera, {kStart - days(20 - day) - hours(10), kStart - days(19 - day) - hours(10)}, 50 * kMiB);
      make(camera, {kStart - hours(10), kStart}, 20 * kMiB);
    }
  }
  void make(const std::string& camera, Interval span, std::uint64_t bytes) {
    tests::commit_row(practice.parts->catalogue, camera, span, bytes);
  }
  Pressure pressure() { return storage::pressure_with_room(practice, 1'200 * kMiB, {{}, {{"cctv", 2}}}); }
  // Of what is yet to come only.
  static HoldSpan front_until(Instant end) { return {"front", {kStart, end}}; }
  HoldId hold(HoldSpan span) {
    return practice.parts->holds.add(practice.request({std::move(span)}), practice.manager).hold.id;
  }
  HoldLoad load_until(Instant end) {
    HoldLoad load;
    practice.parts->holds.preview(practice.request({front_until(end)}), practice.manager, load);
    return load;
  }
  static VaultSpace looked_ahead(Pressure& room) {
    room.look_ahead();
    return room.spaces().at(0);
  }
  PracticeOnItsDisk practice{kStart};
};

TEST_F(HoldsThatEnd, I9_AnEndInAYearIsForetoldAsNoEnd) {
  const auto room = pressure();
  const auto open = forecast_hold(room, load_until(kOpenEnd)),
             year = forecast_hold(room, load_until(kStart + days(365)));
  ASSERT_TRUE(open.endangers && open.after.at(0).full_at);
  EXPECT_TRUE(year.endangers);
  EXPECT_EQ(year.after.at(0).full_at, open.after.at(0).full_at);
  EXPECT_EQ(year.bytes_per_day, open.bytes_per_day);
  EXPECT_EQ(year.grows_until, kStart + days(365));
  EXPECT_EQ(open.grows_until, std::nullopt);
  ASSERT_FALSE(year.narrower.empty());
  EXPECT_THAT(year.narrower[0].text, HasSubstr("an earlier end: --to now"));
  EXPECT_FALSE(year.narrower[0].endangers);
}

TEST_F(HoldsThatEnd, I9_AnEndInThreeDaysKeepsThreeDaysAndGrowsNoMore) {
  const auto brief = forecast_hold(pressure(), load_until(kStart + days(3)));
  EXPECT_GT(brief.bytes_per_day, 40.0 * kMiB);
  EXPECT_EQ(brief.grows_until, kStart + days(3));
  EXPECT_FALSE(brief.after.at(0).full_at) << "150 MiB of the 400 that are left";
  EXPECT_FALSE(brief.endangers);
}

TEST_F(HoldsThatEnd, I9_I16_InForceItIsInTheHourlyForecastUntilItsEndAndNoLonger) {
  auto room = pressure();
  ASSERT_FALSE(looked_ahead(room).full_at);
  const auto year = hold(front_until(kStart + days(365)));
  const auto with_year = looked_ahead(room);
  ASSERT_TRUE(with_year.full_at);
  EXPECT_TRUE(with_year.holds_endanger);
  const auto placed = forecast_of_placed(room, practice.parts->holds.load(year));
  EXPECT_TRUE(placed.endangers);
  EXPECT_FALSE(placed.before.at(0).full_at);
  practice.parts->holds.release(year, "over", practice.manager);
  const auto open = hold(front_until(kOpenEnd));
  EXPECT_EQ(looked_ahead(room).full_at, with_year.full_at);
  practice.parts->holds.release(open, "over", practice.manager);
  hold(front_until(kStart + days(3)));
  const auto brief = looked_ahead(room);
  EXPECT_FALSE(brief.full_at);
  EXPECT_FALSE(brief.holds_endanger);
}

TEST_F(HoldsThatEnd, I9_WhatAnotherHoldKeepsUntilItsEndIsNoLoadAndTheRestIs) {
  hold(front_until(kStart + days(5)));
  const auto same = load_until(kStart + days(5)), longer = load_until(kStart + days(15)), open = load_until(kOpenEnd);
  for (const auto& part : same.parts) EXPECT_EQ(part.bytes_per_day(), 0) << "it grows anyway";
  ASSERT_EQ(longer.parts.size(), 1u);
  EXPECT_THAT(longer.parts[0].to_come, ElementsAre(Interval{kStart + days(5), kStart + days(15)}));
  EXPECT_GT(longer.parts[0].bytes_per_day(), 0);
  ASSERT_EQ(open.parts.size(), 1u);
  EXPECT_THAT(open.parts[0].to_come, ElementsAre(Interval{kStart + days(5), kOpenEnd}));
}

TEST(StretchesToCome, AreWhatLiesBehindNowOnceEach) {
  const auto span = [](int from, int to) { return Interval{kStart + hours(from), kStart + hours(to)}; };
  EXPECT_THAT(to_come({span(5, 6), span(-2, -1), span(-1, 2), span(2, 3), span(1, 2)}, kStart),
              ElementsAre(span(0, 3), span(5, 6)));
  EXPECT_THAT(beyond({span(0, 9)}, {span(1, 2), span(4, 5)}), ElementsAre(span(0, 1), span(2, 4), span(5, 9)));
  EXPECT_THAT(beyond({span(0, 2), span(6, 7)}, {span(0, 1), span(5, 8)}), ElementsAre(span(1, 2)));
  EXPECT_THAT(beyond({span(0, 2)}, {span(0, 2)}), IsEmpty());
}

}  // namespace
}  // namespace tenure::storage
