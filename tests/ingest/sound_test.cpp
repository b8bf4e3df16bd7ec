#include <gtest/gtest.h>

#include "tests/ingest/units.h"

namespace tenure::ingest {
namespace {
using namespace testing;

struct Sound : ::testing::Test {
  KeepingSink sink;
  Segmenter segmenter{Segmenter::Options{.source = "front-door"}, sink};
  FakeCamera camera{segmenter};
  std::int64_t rtp = 70'000;

  void play(media::Codec codec, std::uint32_t rate, Blob config = {}) {
    rtsp::StreamInfo video, audio;
    video.parameter_sets = {.vps = {}, .sps = {small_sps()}, .pps = {pps()}};
    audio.codec = codec;
    audio.clock_rate = rate;
    audio.channels = 1;
    audio.audio_config = std::move(config);
    segmenter.play({video, audio});
  }
  void send_sound(media::Codec codec, std::uint32_t rate, std::uint32_t ticks, std::size_t bytes) {
    AccessUnit unit;
    unit.codec = codec;
    unit.clock_rate = rate;
    unit.rtp_time = rtp;
    unit.data = Blob(bytes, 0x55);
    unit.arrived = camera.now;
    rtp += ticks;
    segmenter.add(unit);
  }
};

TEST_F(Sound, G711LiesBesideThePicturesItCameWith) {
  play(media::Codec::alaw, 8'000);
  for (int i = 0; i < 100; ++i) {
    camera.send();
    send_sound(media::Codec::alaw, 8'000, 320, 320);
  }
  segmenter.finish();
  const auto samples = samples_of(sink.segments.at(0), 1);
  EXPECT_EQ(samples.size(), 100u);
  std::int64_t expected = samples[0].pts;
  for (const auto& sample : samples) {
    EXPECT_EQ(sample.pts, expected);
    expected += 320;
  }
}

TEST_F(Sound, AacKeepsItsOwnTimescale) {
  play(media::Codec::aac, 48'000, *from_hex("1188"));
  for (int i = 0; i < 100; ++i) {
    camera.send();
    send_sound(media::Codec::aac, 48'000, 1'024, 170);
    send_sound(media::Codec::aac, 48'000, 1'024, 170);
  }
  segmenter.finish();
  const Blob bytes = sink.segments.at(0).bytes();
  const auto movie = media::read_movie(media::source_of(bytes));
  ASSERT_EQ(movie.tracks.size(), 2u);
  EXPECT_EQ(movie.tracks[1].track.timescale, 48'000u);
  EXPECT_EQ(movie.tracks[1].samples.size(), 200u);
}

TEST_F(Sound, ThatWasNotSetUpIsNotRecorded) {
  camera.play();
  camera.send();
  send_sound(media::Codec::alaw, 8'000, 320, 320);
  camera.send_seconds(1);
  segmenter.finish();
  const Blob bytes = sink.segments.at(0).bytes();
  EXPECT_EQ(media::read_movie(media::source_of(bytes)).tracks.size(), 1u);
}

TEST_F(Sound, ThatGoesOnWithoutPicturesIsBounded) {
  play(media::Codec::alaw, 8'000);
  camera.send();
  for (int i = 0; i < 5'000; ++i) {
    send_sound(media::Codec::alaw, 8'000, 160, 160);
    camera.pass(Millis(20));
  }
  EXPECT_GE(sink.segments.at(0).fragments.size(), 4u);
}

}  // namespace
}  // namespace tenure::ingest
