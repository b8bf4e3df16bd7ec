#include "ingest/segmenter.h"

#include <gtest/gtest.h>

#include "tests/ingest/units.h"

namespace tenure::ingest {
namespace {
using namespace testing;

struct Recording : ::testing::Test {
  KeepingSink sink;
  Segmenter segmenter{Segmenter::Options{.source = "front-door"}, sink};
  FakeCamera camera{segmenter};

  std::size_t pictures() const {
    std::size_t count = 0;
    for (const auto& segment : sink.segments) count += samples_of(segment).size();
    return count;
  }
};

using Segments = Recording;

TEST_F(Segments, BeginWithTheirInitAndEndWithTheLastPicture) {
  camera.play();
  camera.send_seconds(6);
  segmenter.finish();
  ASSERT_EQ(sink.segments.size(), 1u);
  const auto& segment = sink.segments[0];
  EXPECT_EQ(segment.fragments[0].kind, storage::FragmentKind::init);
  ASSERT_EQ(segment.fragments[0].leaves.size(), 1u);  // the codec configuration is in the hash tree
  ASSERT_EQ(segment.fragments.size(), 4u);             // and three GOPs of 2 s
  EXPECT_TRUE(segment.fragments[1].key);
  EXPECT_EQ(segment.closed, (Interval{kNoon, kNoon + Seconds(6)}));
  EXPECT_EQ(segment.fragments[2].span, (Interval{kNoon + Seconds(2), kNoon + Seconds(4)}));
  EXPECT_EQ(samples_of(segment).size(), 150u);
}

TEST_F(Segments, WaitForAKeyFrame) {
  camera.play();
  camera.sent = 1;
  camera.send_seconds(2);
  segmenter.finish();
  ASSERT_EQ(sink.segments.size(), 1u);
  EXPECT_EQ(sink.segments[0].start, kNoon + Millis(40) * 49);
}

TEST_F(Segments, WaitForCompleteParameterSets) {
  camera.play(/*sets_in_sdp=*/false);
  auto bare = camera.unit(true);
  bare.nals.erase(bare.nals.begin(), bare.nals.begin() + 2);
  segmenter.add(bare);
  EXPECT_TRUE(sink.segments.empty());
  EXPECT_TRUE(sink.noticed("parameter sets"));
  camera.send();  // this key frame carries them
  EXPECT_EQ(sink.segments.size(), 1u);
}

TEST_F(Segments, AreCutAtTheFirstKeyFrameAfterTheSourcesOwnSecond) {
  camera.play();
  camera.send_seconds(200);
  segmenter.finish();
  ASSERT_GE(sink.segments.size(), 4u);
  const auto second = (micros_of(sink.segments[1].start) / 1'000'000) % 60;
  for (std::size_t i = 1; i < sink.segments.size(); ++i) {
    const auto& segment = sink.segments[i];
    EXPECT_NEAR(static_cast<double>(micros_of(segment.start) / 1'000'000 % 60), static_cast<double>(second), 2);
    EXPECT_TRUE(segment.fragments.at(1).key);
    EXPECT_EQ(segment.run, sink.segments[0].run);
    EXPECT_EQ(segment.start, sink.segments[i - 1].closed->to);  // not a microsecond between them
  }
  EXPECT_EQ(pictures(), 5'000u);
}

TEST_F(Segments, OfDifferentCamerasAreCutAtDifferentSeconds) {
  KeepingSink other_sink;
  Segmenter other({.source = "corridor"}, other_sink);
  FakeCamera second{other};
  for (auto* one : {&camera, &second}) {
    one->play();
    one->send_seconds(70);
  }
  EXPECT_NE(sink.segments.at(1).start, other_sink.segments.at(1).start);
}

TEST_F(Segments, ContinueTheRunsOwnTimeLine) {
  camera.play();
  camera.send_seconds(70);
  segmenter.finish();
  std::int64_t expected = 0;
  for (const auto& segment : sink.segments) {
    for (const auto& sample : samples_of(segment)) {
      EXPECT_EQ(sample.pts, expected);
      expected += 3'600;
    }
  }
  EXPECT_EQ(expected, 70 * 90'000);
}

TEST_F(Segments, WithoutAKeyFrameAreCutAtTheLongestAndFlagged) {
  camera.play();
  camera.send();
  camera.gop = 0;
  camera.send_seconds(130);
  segmenter.finish();
  ASSERT_EQ(sink.segments.size(), 2u);
  EXPECT_FALSE(sink.segments[1].fragments.at(1).key);
  EXPECT_TRUE(sink.noticed("key-frame interval"));
  EXPECT_EQ(sink.segments[0].closed->length(), Seconds(120));
  EXPECT_EQ(pictures(), 130u * 25 + 1);
}

TEST_F(Segments, OfACameraWithOneKeyFrameAMinuteLoseNothing) {
  camera.gop = 1'500;
  camera.play();
  camera.send_seconds(240);
  segmenter.finish();
  EXPECT_EQ(pictures(), 6'000u);
  for (const auto& segment : sink.segments) EXPECT_TRUE(segment.fragments.at(1).key);
}

TEST_F(Segments, GetANewInitWhenTheParameterSetsChange) {
  camera.play();
  camera.send_seconds(4);
  camera.sps = large_sps();
  camera.send_seconds(4);
  segmenter.finish();
  ASSERT_EQ(sink.segments.size(), 2u);
  EXPECT_EQ(sink.segments[0].run, sink.segments[1].run);
  const Blob second = sink.segments[1].bytes();
  const auto movie = media::read_movie(media::source_of(second));
  EXPECT_EQ(movie.tracks[0].track.width, 1280);
  EXPECT_EQ(movie.tracks[0].samples.front().pts, 4 * 90'000);
}

TEST_F(Segments, EndWithTheSession) {
  camera.play();
  camera.send_seconds(3);
  camera.pass(Seconds(14));
  camera.play();
  camera.sent = 0;
  camera.send_seconds(3);
  segmenter.finish();
  ASSERT_EQ(sink.segments.size(), 2u);
  EXPECT_LT(sink.segments[0].run, sink.segments[1].run);
  EXPECT_EQ(sink.segments[1].start - sink.segments[0].closed->to, Seconds(14));
}

TEST_F(Segments, BeginAnewAtTheNextKeyFrameWhenStorageRefuses) {
  camera.play();
  camera.send_seconds(3);
  sink.refuse = 1;
  camera.send_seconds(7);
  segmenter.finish();
  ASSERT_EQ(sink.segments.size(), 2u);
  EXPECT_EQ(sink.segments[0].closed->to, kNoon + Seconds(2));
  EXPECT_EQ(sink.segments[1].start, kNoon + Seconds(4));
  EXPECT_LT(sink.segments[0].run, sink.segments[1].run);
}

using Fragments = Recording;

TEST_F(Fragments, AreTwoSecondsWhereTheGopIsLong) {
  camera.gop = 250;
  camera.play();
  camera.send_seconds(20);
  segmenter.finish();
  for (std::size_t i = 1; i < sink.segments[0].fragments.size(); ++i)
    EXPECT_LE(sink.segments[0].fragments[i].span.length(), Seconds(2));
}

TEST_F(Fragments, AreAMebibyteAtMost) {
  camera.size = 100'000;
  camera.play();
  camera.send_seconds(4);
  segmenter.finish();
  for (const auto& fragment : sink.segments[0].fragments) EXPECT_LT(fragment.bytes.size(), (1u << 20) + 4'096);
  EXPECT_EQ(pictures(), 100u);
}

using Timestamps = Recording;

TEST_F(Timestamps, ThatJumpForwardBeginANewRunAndLoseNoPicture) {
  camera.play();
  camera.send_seconds(3);
  camera.rtp += 90'000ll * 3'600;
  camera.send_seconds(5);
  segmenter.finish();
  ASSERT_EQ(sink.segments.size(), 2u);
  EXPECT_LT(sink.segments[0].run, sink.segments[1].run);
  EXPECT_EQ(pictures(), 200u);
  EXPECT_EQ(sink.segments[1].start, kNoon + Seconds(4));
  EXPECT_TRUE(sink.gaps.empty());
}

TEST_F(Timestamps, ThatJumpBackBeginANewRunAndLoseNoPicture) {
  camera.play();
  camera.send_seconds(9);
  camera.rtp -= 90'000 * 7;
  camera.send_seconds(5);
  segmenter.finish();
  ASSERT_EQ(sink.segments.size(), 2u);
  EXPECT_EQ(pictures(), 350u);
}

TEST_F(Timestamps, ThatRepeatAreMovedApart) {
  camera.play();
  camera.send();
  camera.rtp -= 3'600;
  camera.send_seconds(4);
  segmenter.finish();
  std::int64_t last = -1;
  for (const auto& sample : samples_of(sink.segments[0])) {
    EXPECT_GT(sample.pts, last);
    last = sample.pts;
  }
  EXPECT_EQ(pictures(), 101u);
}

TEST_F(Timestamps, OfReorderedPicturesAreKept) {
  camera.play();
  camera.send();
  for (int i = 0; i < 30; ++i) {  // P B B, shown as B B P
    for (const int shown : {3, 1, 2}) {
      auto unit = camera.unit(false);
      unit.rtp_time += (shown - 1) * 3'600;
      segmenter.add(unit);
    }
    camera.pass(Millis(120));
  }
  segmenter.finish();
  auto samples = samples_of(sink.segments[0]);
  ASSERT_EQ(samples.size(), 91u);
  std::int64_t decoded = -1;
  for (const auto& sample : samples) {
    EXPECT_GT(sample.dts, decoded);
    decoded = sample.dts;
  }
  std::sort(samples.begin(), samples.end(), [](auto& a, auto& b) { return a.pts < b.pts; });
  for (std::size_t i = 0; i < samples.size(); ++i) EXPECT_EQ(samples[i].pts, static_cast<std::int64_t>(i) * 3'600);
}

TEST_F(Timestamps, OfPausedPicturesLeaveAGap) {
  camera.play();
  camera.send_seconds(3);
  camera.pass(Seconds(5));
  camera.send_seconds(3);
  segmenter.finish();
  ASSERT_EQ(sink.gaps.size(), 1u);
  EXPECT_EQ(sink.gaps[0].first, (Interval{kNoon + Seconds(3), kNoon + Seconds(8)}));
}

using Damage = Recording;

TEST_F(Damage, NeverBeginsARecording) {
  camera.play();
  auto unit = camera.unit(true);
  unit.damaged = true;
  segmenter.add(unit);
  EXPECT_TRUE(sink.segments.empty());
}

TEST_F(Damage, InsideARecordingIsKept) {
  camera.play();
  camera.send_seconds(1);
  auto unit = camera.unit(false);
  unit.damaged = true;
  segmenter.add(unit);
  segmenter.finish();
  EXPECT_EQ(pictures(), 26u);
}

TEST_F(Damage, UnitsWithoutBytesAreLeftOut) {
  camera.play();
  camera.send();
  auto unit = camera.unit(false);
  unit.nals = {Blob{}, Blob{}};
  segmenter.add(unit);
  unit.nals.clear();
  segmenter.add(unit);
  segmenter.finish();
  EXPECT_EQ(pictures(), 1u);
}

}  // namespace
}  // namespace tenure::ingest
