#include "media/fmp4_writer.h"

#include <gtest/gtest.h>

#include "media/decode_times.h"
#include "media/movie.h"
#include "media/parameter_sets.h"

namespace tenure::media {
namespace {

Sample picture(std::int64_t pts, bool key = false) { return {pts, 3600, key, Blob{0, 0, 0, 1, 0x41}}; }

std::vector<std::int64_t> decode_of(const FragmentBytes& fragment) {
  Track track = g711_track(Codec::alaw);  // any track that needs no set-up record
  Blob file = make_init({track});
  file.insert(file.end(), fragment.bytes.begin(), fragment.bytes.end());
  std::vector<std::int64_t> times;
  const Movie movie = read_movie(source_of(file));
  for (const auto& sample : movie.tracks[0].samples) times.push_back(sample.dts);
  return times;
}

TEST(Fragment, RepeatedAndBackwardTimesNeverGiveAStepOfZeroOrLess) {
  const auto fragment = make_fragment(1, {{.track = 0, .samples = {picture(0, true), picture(3600), picture(3600), picture(3000), picture(7200)}}});
  const auto times = decode_of(fragment);
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_GT(times[i], times[i - 1]);
  EXPECT_EQ(times, (std::vector<std::int64_t>{0, 3000, 3600, 3601, 7200}));
}

TEST(Fragment, PicturesCutApartFromTheirReferenceStillDecodeInOrder) {
  auto first = make_fragment(1, {{.track = 0, .samples = {picture(0, true), picture(14'400)}}});
  auto second = make_fragment(2, {{.track = 0, .samples = {picture(7200), picture(3600), picture(10'800)}, .earliest_decode = first.next_decode[0]}});
  EXPECT_EQ(decode_of(second), (std::vector<std::int64_t>{14'401, 14'402, 14'403}));
  EXPECT_EQ(second.extents[0].pts, 7200);
  EXPECT_EQ(second.extents[1].pts, 3600);
}

TEST(Fragment, ExtentsNameTheBytesOfEachSample) {
  Sample sample = picture(10, true);
  sample.data = {0, 0, 0, 2, 0x65, 0x99};
  const auto fragment = make_fragment(7, {{.track = 0, .samples = {picture(0, true), sample}}});
  ASSERT_EQ(fragment.extents.size(), 2U);
  const auto& extent = fragment.extents[1];
  EXPECT_EQ(Blob(fragment.bytes.begin() + extent.offset, fragment.bytes.begin() + extent.offset + extent.size), sample.data);
  EXPECT_TRUE(make_fragment(8, {{.track = 0, .samples = {}}}).extents.empty());
}

TEST(DecodeTimes, SurviveTheEndsOfSixtyFourBits) {
  const std::vector<std::int64_t> wild = {INT64_MIN, INT64_MAX, 0, -1, INT64_MAX};
  const auto times = decode_times(wild, true, INT64_MIN);
  for (std::size_t i = 1; i < wild.size(); ++i) {
    EXPECT_GT(times.decode[i], times.decode[i - 1]);
    EXPECT_LE(times.decode[i] - times.decode[i - 1], kMaxStep);
  }
}

}  // namespace
}  // namespace tenure::media
