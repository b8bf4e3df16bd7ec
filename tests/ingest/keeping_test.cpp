// The small parts that keep a camera recording: back-off, gaps, rates, clock offset, log limits.
#include <gtest/gtest.h>

#include "ingest/backoff.h"
#include "ingest/clock_offset.h"
#include "ingest/gap_tracker.h"
#include "ingest/log_limiter.h"
#include "ingest/rate_meter.h"
#include "tests/ingest/units.h"

namespace tenure::ingest {
namespace {
using testing::kNoon;

TEST(Backoff, TriesAnAbsentCameraEverySecondForAsLongAsItTakes) {
  Backoff backoff(Seconds(1), Seconds(30));
  for (int i = 0; i < 100; ++i) EXPECT_LE(backoff.after(ErrorKind::unavailable, 0.999), Millis(1'250));
}

TEST(Backoff, LeavesACameraThatRefusesAloneForLongerAndLonger) {
  Backoff backoff(Seconds(1), Seconds(30));
  Duration last{};
  for (int i = 0; i < 5; ++i) {
    const auto wait = backoff.after(ErrorKind::refused, 0.5);
    EXPECT_GT(wait, last);
    last = wait;
  }
  EXPECT_EQ(backoff.after(ErrorKind::refused, 0.5), Seconds(30));
  backoff.reset();
  EXPECT_EQ(backoff.after(ErrorKind::refused, 0.5), Seconds(1));
}

TEST(Backoff, SpreadsCamerasThatFailedTogether) {
  Backoff one(Seconds(1), Seconds(30)), two(Seconds(1), Seconds(30));
  EXPECT_EQ(one.after(ErrorKind::io, 0), Millis(750));
  EXPECT_EQ(two.after(ErrorKind::io, 0.5), Seconds(1));
}

struct Gaps : ::testing::Test {
  std::vector<std::pair<Interval, std::string>> seen;
  GapTracker gaps{[this](Interval span, const std::string& cause) { seen.emplace_back(span, cause); }};
};

TEST_F(Gaps, CarryTheCauseAndShowWhenRecordingIsBack) {
  gaps.expect_from(kNoon);
  gaps.recording(kNoon + Millis(200));
  gaps.stopped(kNoon + Seconds(10));
  gaps.cause("connection refused");
  EXPECT_TRUE(seen.empty());
  gaps.recording(kNoon + Seconds(24));
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].first, (Interval{kNoon + Seconds(10), kNoon + Seconds(24)}));
  EXPECT_EQ(seen[0].second, "connection refused");
}

TEST_F(Gaps, OfALongOutageShowEachMinuteAndAddUp) {
  gaps.expect_from(kNoon);
  gaps.cause("no route");
  for (int second = 1; second <= 200; ++second) gaps.tick(kNoon + Seconds(second));
  ASSERT_EQ(seen.size(), 3u);
  gaps.finish(kNoon + Seconds(200));
  ASSERT_EQ(seen.size(), 4u);
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_EQ(seen[i].first.from, seen[i - 1].first.to);
  EXPECT_EQ(seen.back().first.to, kNoon + Seconds(200));
}

TEST_F(Gaps, AreNotMadeOfTheSeamBetweenTwoSegments) {
  gaps.expect_from(kNoon);
  for (int minute = 0; minute < 5; ++minute) {
    gaps.recording(kNoon + std::chrono::minutes(minute));
    gaps.stopped(kNoon + std::chrono::minutes(minute + 1));
  }
  EXPECT_TRUE(seen.empty());
}

TEST(RateMeter, AveragesTheLastFiveWholeSeconds) {
  RateMeter meter;
  for (int i = 0; i < 250; ++i) meter.add(Millis(40) * i, 20'000, 1);
  EXPECT_DOUBLE_EQ(meter.frames_per_second(Seconds(10)), 25);
  EXPECT_DOUBLE_EQ(meter.bits_per_second(Seconds(10)), 4e6);
  EXPECT_DOUBLE_EQ(meter.frames_per_second(Seconds(30)), 0);
}

TEST(ClockOffset, IsNotMovedByOneLateReport) {
  ClockOffset offset;
  EXPECT_FALSE(offset.median());
  for (int i = 0; i < 8; ++i) offset.add(kNoon + Seconds(3), kNoon);
  offset.add(kNoon, kNoon + Seconds(50));
  EXPECT_EQ(offset.median(), Seconds(3));
}

TEST(LogLimiter, RepeatsALineOnceAMinute) {
  LogLimiter limiter;
  int lines = 0;
  for (int second = 0; second < 180; ++second) lines += limiter.allows("state=waiting", Seconds(second));
  EXPECT_EQ(lines, 3);
}

TEST(LogLimiter, IsBoundedForACameraThatSaysSomethingNewEachTime) {
  LogLimiter limiter;
  int lines = 0;
  for (int i = 0; i < 1'000; ++i) lines += limiter.allows("garbage " + std::to_string(i), Millis(i));
  EXPECT_LE(lines, 16);
}

}  // namespace
}  // namespace tenure::ingest
