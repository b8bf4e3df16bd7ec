#include "ingest/timeline.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "tests/ingest/units.h"

namespace tenure::ingest {
namespace {
using testing::kNoon;
using std::chrono::hours;

struct At {
  Timeline line{90'000};
  At() { line.begin(1'000, kNoon); }
  Timeline::Placed after(Duration media, Duration arrival) { return line.place(1'000 + media.count() * 9 / 100, kNoon + arrival); }
};

TEST(Timeline, CountsFromTheFirstPacketOfTheRun) {
  At at;
  const auto placed = at.after(Millis(40), Millis(40));
  EXPECT_EQ(placed.pts, 3'600);
  EXPECT_FALSE(placed.step);
  EXPECT_EQ(at.line.time_of(3'600), kNoon + Millis(40));
}

TEST(Timeline, FollowsArrivalByNoMoreThan500PartsInAMillion) {
  At at;
  // The camera's clock is 0.1 % slow: twice what may be corrected, so after 100 s half of the error is left.
  for (int i = 1; i <= 2'500; ++i) at.after(Millis(40) * i, Duration(40'040) * i);
  const auto shown = at.line.time_of(100 * 90'000) - kNoon;
  EXPECT_EQ(std::chrono::round<Millis>(shown), Millis(100'050));
}

TEST(Timeline, LearnsAClockThatDriftsWithinTheCorrection) {
  At at;
  for (int i = 1; i <= 90'000; ++i) at.after(Millis(40) * i, Duration(40'008) * i);  // an hour at 200 ppm
  const auto error = at.line.time_of(90'000ll * 3'600) - (kNoon + Duration(40'008) * 90'000);
  EXPECT_LT(std::abs(error.count()), 1'000);
}

TEST(Timeline, ForgivesANetworkThatStallsAndThenCatchesUp) {
  At at;
  for (int i = 1; i <= 100; ++i) EXPECT_FALSE(at.after(Millis(40) * i, std::max(Duration(Millis(40) * i), Duration(Seconds(4)))).step) << i;
  EXPECT_EQ(at.after(Millis(4'040), Millis(4'040)).missing, Duration::zero());
}

TEST(Timeline, BreaksWhenTheCameraPausedItsClock) {
  At at;
  at.after(Millis(40), Millis(40));
  bool broke = false;
  Duration missing{};
  for (int i = 2; i <= 200 && !broke; ++i) {
    const auto placed = at.after(Millis(40) * i, Seconds(8) + Millis(40) * i);
    broke = placed.step;
    missing = placed.missing;
  }
  EXPECT_TRUE(broke);
  EXPECT_EQ(std::chrono::round<Seconds>(missing), Seconds(8));
}

TEST(Timeline, BreaksAtAJumpForward) {
  At at;
  const auto placed = at.after(hours(5), Millis(40));
  EXPECT_TRUE(placed.step);
  EXPECT_EQ(placed.pts, 3'600);
}

TEST(Timeline, BreaksAtAJumpBackAndNeverGoesBack) {
  At at;
  at.after(Seconds(10), Seconds(10));
  const auto placed = at.after(Seconds(3), Millis(10'040));
  EXPECT_TRUE(placed.step);
  EXPECT_GT(placed.pts, 900'000);
  EXPECT_EQ(placed.missing, Duration::zero());
}

TEST(Timeline, AllowsPicturesShownInAnotherOrderThanSent) {
  At at;
  at.after(Millis(160), Millis(160));
  const auto placed = at.after(Millis(80), Millis(200));
  EXPECT_FALSE(placed.step);
  EXPECT_EQ(placed.pts, 7'200);
}

TEST(Timeline, SaysWhenPicturesAreMissingThoughTheClockRanOn) {
  At at;
  at.after(Millis(40), Millis(40));
  const auto placed = at.after(Millis(7'080), Millis(7'080));
  EXPECT_FALSE(placed.step);
  EXPECT_EQ(placed.missing, Seconds(7));
}

TEST(Timeline, ASlowFrameRateIsNoLoss) {
  At at;
  for (int i = 1; i <= 10; ++i) {
    const auto placed = at.after(Seconds(8) * i, Seconds(8) * i);
    if (i > 1) { EXPECT_EQ(placed.missing, Duration::zero()) << i; }
  }
}

TEST(Timeline, SurvivesTheEndsOf64Bits) {
  Timeline line(1);
  line.begin(std::numeric_limits<std::int64_t>::min(), kNoon);
  std::int64_t last = 0;
  for (const auto rtp : {std::numeric_limits<std::int64_t>::max(), std::int64_t{0}, std::numeric_limits<std::int64_t>::min()}) {
    const auto placed = line.place(rtp, kNoon);
    EXPECT_TRUE(placed.step);
    EXPECT_GT(placed.pts, last);
    last = placed.pts;
  }
}

}  // namespace
}  // namespace tenure::ingest
