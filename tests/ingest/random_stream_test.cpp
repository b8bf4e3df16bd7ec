// Whatever a camera sends, what was kept parses, and each picture's bytes come out as they came in.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/ingest/units.h"

namespace tenure::ingest {
namespace {
using namespace testing;

class RandomStream : public ::testing::TestWithParam<unsigned> {
 protected:
  std::mt19937 dice{GetParam()};
  int roll(int sides) { return static_cast<int>(dice() % static_cast<unsigned>(sides)); }

  AccessUnit next(FakeCamera& camera) {
    camera.size = static_cast<std::size_t>(roll(50) == 0 ? 300'000 : 5 + roll(4'000));
    if (roll(60) == 0) camera.rtp += static_cast<std::int64_t>(dice()) - (1 << 30);
    if (roll(40) == 0) camera.now += Millis(roll(9'000));
    if (roll(200) == 0) camera.sps = roll(2) ? small_sps() : large_sps();
    auto unit = camera.unit(roll(40) == 0);
    if (roll(10) == 0) unit.rtp_time += roll(20'000) - 10'000;
    if (roll(30) == 0) unit.damaged = true;
    if (roll(50) == 0) unit.nals.push_back({});
    // The number in the last NAL unit tells the pictures apart afterwards.
    ByteWriter stamp;
    stamp.text("\x06id");
    stamp.u32(static_cast<std::uint32_t>(camera.sent++));
    unit.nals.push_back(stamp.take());
    camera.pass(Millis(roll(8) == 0 ? roll(400) : 40));
    return unit;
  }
};

TEST_P(RandomStream, ComesOutAsItCameIn) {
  KeepingSink sink;
  Segmenter segmenter({.source = "front-door"}, sink);
  FakeCamera camera{segmenter};
  camera.play();
  std::map<std::uint32_t, Blob> sent;
  for (int i = 0; i < 6'000; ++i) {
    if (roll(1'500) == 0) camera.play();
    if (roll(400) == 0) sink.refuse = 1 + roll(3);
    const auto unit = next(camera);
    sent[static_cast<std::uint32_t>(camera.sent - 1)] = join_nals(unit.nals);
    segmenter.add(unit);
  }
  segmenter.finish();

  ASSERT_GT(sink.segments.size(), 3u);
  std::int64_t last = -1;
  std::size_t kept = 0;
  Instant end;
  for (const auto& segment : sink.segments) {
    ASSERT_TRUE(segment.closed);
    EXPECT_LE(end, segment.closed->from);
    EXPECT_LE(segment.closed->from, segment.closed->to);
    end = segment.closed->to;
    if (segment.fragments.size() < 2) continue;
    const Blob bytes = segment.bytes();
    for (const auto& sample : samples_of(segment)) {
      const Blob data(bytes.begin() + static_cast<std::ptrdiff_t>(sample.offset),
                      bytes.begin() + static_cast<std::ptrdiff_t>(sample.offset + sample.size));
      ByteReader tail(View(data).last(4));
      const auto number = tail.u32();
      ASSERT_EQ(data, sent.at(number));
      EXPECT_GT(static_cast<std::int64_t>(number), last) << "order or identity of a picture was lost";
      last = number;
      ++kept;
    }
  }
  EXPECT_GT(kept, 3'000u);
}

TEST_P(RandomStream, LeavesOfTheHashTreeAreThePictures) {
  KeepingSink sink;
  Segmenter segmenter({.source = "front-door"}, sink);
  FakeCamera camera{segmenter};
  camera.play();
  for (int i = 0; i < 500; ++i) segmenter.add(next(camera));
  segmenter.finish();
  for (const auto& segment : sink.segments) {
    const auto samples = segment.fragments.size() > 1 ? samples_of(segment) : std::vector<media::MovieSample>{};
    std::size_t at = 0, offset = 0;
    for (const auto& fragment : segment.fragments) {
      for (const auto& leaf : fragment.leaves) {
        if (fragment.kind == storage::FragmentKind::init) continue;
        ASSERT_LT(at, samples.size());
        EXPECT_EQ(offset + leaf.offset, samples[at].offset);
        EXPECT_EQ(leaf.size, samples[at].size);
        EXPECT_EQ(leaf.time, samples[at].pts);
        ++at;
      }
      offset += fragment.bytes.size();
    }
    EXPECT_EQ(at, samples.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomStream, ::testing::Range(1u, 13u));

}  // namespace
}  // namespace tenure::ingest
