#include "media/parameter_sets.h"

#include <gtest/gtest.h>

#include "media/bit_reader.h"
#include "tests/media/ffmpeg.h"

namespace tenure::media {
namespace {

// Made by x264 for 1920x1080 High profile: 1088 lines cropped to 1080.
const Blob kSps = from_hex("67640028acd940780227e5c044000003000400000300c83c60c658").value();
const Blob kPps = from_hex("68ebe3cb22c0").value();

TEST(ParameterSets, TheCroppedSizeIsThePictureSize) {
  const auto track = video_track(Codec::h264, {{}, {kSps}, {kPps}});
  ASSERT_TRUE(track);
  EXPECT_EQ(track->width, 1920);
  EXPECT_EQ(track->height, 1080);
  EXPECT_EQ(track->config[4] & 3, 3);
  EXPECT_EQ(to_hex(View(track->config).last(4)), "fdf8f800");  // 4:2:0, 8 bits
}

TEST(ParameterSets, IncompleteOrCutSetsGiveNoTrack) {
  EXPECT_FALSE(video_track(Codec::h264, {{}, {kSps}, {}}));
  EXPECT_FALSE(video_track(Codec::h264, {{}, {}, {kPps}}));
  EXPECT_FALSE(video_track(Codec::h265, {{}, {kSps}, {kPps}}));
  EXPECT_FALSE(video_track(Codec::h264, {{}, {Blob{}}, {kPps}}));
  for (std::size_t size = 0; size < 11; ++size) {
    EXPECT_FALSE(video_track(Codec::h264, {{}, {Blob(kSps.begin(), kSps.begin() + static_cast<std::ptrdiff_t>(size))}, {kPps}})) << size;
  }
}

TEST(ParameterSets, H265SetsGiveTheSizeAndLayersThatFfmpegSees) {
  const auto stream = testing::stream_of(Codec::h265, "");
  EXPECT_EQ(stream.track.width, 160);
  EXPECT_EQ(stream.track.height, 120);
  ASSERT_GT(stream.track.config.size(), 23U);
  EXPECT_EQ(stream.track.config[1] & 0x1F, 1);   // Main
  EXPECT_EQ(stream.track.config[22], 3);         // VPS, SPS, PPS
}

TEST(ParameterSets, NalKindsTellKeyFramesAndFirstSlices) {
  EXPECT_EQ(nal_kind(Codec::h264, Blob{0x65, 0x88}), NalKind::key_slice);
  EXPECT_TRUE(begins_picture(Codec::h264, Blob{0x65, 0x88}));
  EXPECT_FALSE(begins_picture(Codec::h264, Blob{0x65, 0x40}));
  EXPECT_FALSE(begins_picture(Codec::h264, kSps));
  EXPECT_EQ(nal_kind(Codec::h265, Blob{0x26, 0x01, 0xAF}), NalKind::key_slice);
  EXPECT_TRUE(begins_picture(Codec::h265, Blob{0x26, 0x01, 0xAF}));
  EXPECT_EQ(nal_kind(Codec::h265, Blob{0x26}), NalKind::other);
  EXPECT_EQ(nal_kind(Codec::h264, Blob{}), NalKind::other);
}

TEST(Aac, RateAndChannelsComeFromTheConfiguration) {
  const auto usual = aac_track(Blob{0x14, 0x08});
  ASSERT_TRUE(usual);
  EXPECT_EQ(usual->timescale, 16'000U);
  EXPECT_EQ(usual->channels, 1U);
  // Rate index 15 and 24 bits of rate: 00010 1111 000000000011111010000000 0001 000 = 16000 Hz, mono.
  const auto spelled = aac_track(Blob{0x17, 0x80, 0x1F, 0x40, 0x08});
  ASSERT_TRUE(spelled);
  EXPECT_EQ(spelled->timescale, 16'000U);
  EXPECT_FALSE(aac_track(Blob{}));
  EXPECT_FALSE(aac_track(Blob{0x17, 0x80}));
  EXPECT_FALSE(aac_track(Blob{0x16, 0x88}));        // reserved rate 13
  EXPECT_FALSE(aac_track(Blob{0x0A, 0x10}));        // AAC Main
  EXPECT_FALSE(aac_track(Blob(65, 0x14)));
}

TEST(BitReader, FailsInsteadOfReadingOn) {
  const Blob zeros(4, 0);
  BitReader endless{View(zeros)};
  EXPECT_EQ(endless.unsigned_golomb(), 0U);
  EXPECT_TRUE(endless.failed());
  BitReader skipping{View(zeros)};
  skipping.skip(SIZE_MAX);
  EXPECT_TRUE(skipping.failed());
  EXPECT_EQ(without_emulation_prevention(Blob{0, 0, 3, 1, 0, 0, 3, 0, 0, 3}), (Blob{0, 0, 1, 0, 0, 0, 0}));
}

}  // namespace
}  // namespace tenure::media
