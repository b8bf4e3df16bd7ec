#include "media/movie.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "tests/media/ffmpeg.h"

namespace tenure::media::testing {
namespace {

struct Case {
  Codec codec;
  std::string arguments;
  bool sound;
  Codec sound_codec;
};

Blob joined_bytes(const std::vector<const Movie*>& movies, const std::vector<ByteSource>& sources, bool* mov = nullptr) {
  const JoinedFile file = join(movies);
  if (mov != nullptr) *mov = file.quicktime;
  Blob bytes;
  write_joined(file, sources, [&](View piece) {
    EXPECT_TRUE(bytes.empty() || piece.size() <= 256 * 1024);
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
  EXPECT_EQ(bytes.size(), file.size);
  return bytes;
}

std::string count_packets(const std::string& path, const std::string& which) {
  return run("ffprobe -v error -count_packets -select_streams " + which + " -show_entries stream=nb_read_packets -of csv=p=0 " + path);
}

class RealStreams : public ::testing::TestWithParam<Case> {};

TEST_P(RealStreams, WrittenReadBackAndJoinedDecodeToTheSamePictures) {
  const Case& c = GetParam();
  const Stream video = stream_of(c.codec, c.arguments);
  Stream sound;
  if (c.sound) sound = sine(c.sound_codec);
  const std::string wanted = pictures(elementary(c.codec, c.arguments));
  ASSERT_EQ(std::ranges::count(wanted, '\n'), 100);

  const Blob fragments = fragmented(video, c.sound ? &sound : nullptr);
  const std::string stored = write_file("stored.mp4", fragments);
  EXPECT_EQ(complaints(stored), "");
  EXPECT_EQ(pictures(stored), wanted);

  const Movie movie = read_movie(source_of(fragments));
  ASSERT_EQ(movie.tracks.size(), c.sound ? 2U : 1U);
  EXPECT_EQ(movie.tracks[0].track, video.track);
  ASSERT_EQ(movie.tracks[0].samples.size(), video.samples.size());
  for (std::size_t i = 0; i < video.samples.size(); ++i) {
    EXPECT_EQ(movie.tracks[0].samples[i].pts, video.samples[i].pts);
    EXPECT_EQ(movie.tracks[0].samples[i].key, video.samples[i].key);
  }
  if (c.sound) {
    EXPECT_EQ(movie.tracks[1].track, sound.track);
  }

  bool mov = false;
  const Blob joined = joined_bytes({&movie}, {source_of(fragments)}, &mov);
  EXPECT_EQ(mov, c.sound && c.sound_codec != Codec::aac);
  const std::string file = write_file(mov ? "joined.mov" : "joined.mp4", joined);
  EXPECT_EQ(complaints(file), "");
  EXPECT_EQ(pictures(file), wanted);
  EXPECT_EQ(count_packets(file, "v"), "100\n");
  EXPECT_LT(as_text(joined).find("moov"), as_text(joined).find("mdat"));
  EXPECT_EQ(as_text(joined).find("udta"), std::string_view::npos);
  EXPECT_EQ(as_text(joined).find("elst"), std::string_view::npos);
  EXPECT_EQ(std::stod(run("ffprobe -v error -show_entries stream=start_time -select_streams v -of csv=p=0 " + file)), 0.0);
  if (c.sound) {
    const std::string hash = " -map 0:a -f hash -hash md5 -";
    EXPECT_EQ(run("ffmpeg -v error -i " + file + hash), run("ffmpeg -v error -i " + stored + hash));
  }
}

INSTANTIATE_TEST_SUITE_P(All, RealStreams,
                         ::testing::Values(Case{Codec::h264, "-bf 0", false, Codec::aac}, Case{Codec::h264, "-bf 3", true, Codec::aac},
                                           Case{Codec::h264, "-bf 0", true, Codec::alaw}, Case{Codec::h265, "", false, Codec::aac},
                                           Case{Codec::h265, "-bf 0", true, Codec::ulaw}));

TEST(Movie, ReadsWhatLibavWrites) {
  const std::string path = folder() + "/libav.mp4";
  for (const std::string flags : {"+default_base_moof", "", "+global_sidx+default_base_moof"}) {
    run("ffmpeg -v error -y -f lavfi -i testsrc2=size=160x120:rate=25:duration=3 -f lavfi -i sine=duration=3 -pix_fmt yuv420p "
        "-c:v libx264 -preset veryfast -g 25 -c:a aac -movflags frag_keyframe+empty_moov" + flags + " " + path);
    const Blob bytes = read_file(path);
    const Movie movie = read_movie(source_of(bytes));
    ASSERT_EQ(movie.tracks.size(), 2U);
    EXPECT_EQ(movie.tracks[0].samples.size(), 75U);
    EXPECT_EQ(movie.tracks[0].track.width, 160);
    EXPECT_EQ(movie.tracks[1].track.sample_rate, 44'100U);
    EXPECT_EQ(std::to_string(movie.tracks[1].samples.size()) + "\n", count_packets(path, "a"));
    const std::string joined = write_file("libav-joined.mp4", joined_bytes({&movie}, {source_of(bytes)}));
    EXPECT_EQ(complaints(joined), "");
    EXPECT_EQ(pictures(joined), pictures(path));
  }
}

TEST(Movie, JoinsSegmentsOfOneRunWithoutLosingOrMovingAPicture) {
  Stream video = stream_of(Codec::h264, "-bf 3"), first = video, second = video;
  const std::string wanted = pictures(elementary(Codec::h264, "-bf 3"));
  for (Sample& sample : second.samples) sample.pts += 100 * 3600 + 90'000 * 60LL;
  for (Sample& sample : first.samples) sample.pts += 90'000 * 60LL;
  const Blob a = fragmented(first), b = fragmented(second);
  const Movie ma = read_movie(source_of(a)), mb = read_movie(source_of(b));
  const std::string file = write_file("two.mp4", joined_bytes({&ma, &mb}, {source_of(a), source_of(b)}));
  EXPECT_EQ(complaints(file), "");
  EXPECT_EQ(pictures(file), wanted + wanted);
  EXPECT_NEAR(std::stod(run("ffprobe -v error -show_entries format=duration -of csv=p=0 " + file)), 8.0, 0.001);
  EXPECT_THROW(join({&mb, &ma}), Error);
}

TEST(Movie, RefusesToJoinDifferentPictures) {
  const Blob a = fragmented(stream_of(Codec::h264, "-bf 0")), b = fragmented(stream_of(Codec::h264, "-bf 3"));
  const Movie ma = read_movie(source_of(a)), mb = read_movie(source_of(b));
  EXPECT_THROW(join({&ma, &mb}), Error);
  EXPECT_THROW(join({}), Error);
}

TEST(Movie, KeepsThePictureAskedForFromTheKeyFrameBeforeIt) {
  const Stream video = stream_of(Codec::h264, "-bf 0"), sound = sine(Codec::alaw);
  const Blob bytes = fragmented(video, &sound);
  Movie movie = read_movie(source_of(bytes));
  keep_between(movie, 1.5, 2.5);
  ASSERT_FALSE(movie.tracks[0].samples.empty());
  EXPECT_EQ(movie.tracks[0].samples.front().pts, 90'000);
  EXPECT_TRUE(movie.tracks[0].samples.front().key);
  EXPECT_LT(movie.tracks[0].samples.back().pts, 225'000);
  EXPECT_GE(movie.tracks[1].samples.front().pts + 160, 8000);
  EXPECT_LT(movie.tracks[1].samples.back().pts, 20'000);
  const std::string file = write_file("part.mov", joined_bytes({&movie}, {source_of(bytes)}));
  EXPECT_EQ(complaints(file), "");
  keep_between(movie, 100.0, std::nullopt);
  EXPECT_TRUE(movie.tracks[0].samples.empty());
}

TEST(Movie, AGapInG711SoundStaysAGap) {
  const Stream video = stream_of(Codec::h264, "-bf 0");
  Stream sound = sine(Codec::alaw);
  sound.samples.erase(sound.samples.begin() + 50, sound.samples.begin() + 100);
  const Blob bytes = fragmented(video, &sound);
  const Movie movie = read_movie(source_of(bytes));
  const std::string file = write_file("gap.mov", joined_bytes({&movie}, {source_of(bytes)}));
  EXPECT_EQ(complaints(file), "");
  const std::string times = run("ffprobe -v error -select_streams a -show_entries packet=pts -of csv=p=0 " + file);
  EXPECT_THAT(times, ::testing::HasSubstr("\n7840\n16000\n"));
}

TEST(Movie, SoundThatBeginsLateIsHeardLate) {
  const Stream video = stream_of(Codec::h264, "-bf 0");
  Stream sound = sine(Codec::aac);
  sound.samples.erase(sound.samples.begin(), sound.samples.begin() + 16);  // 1.024 s
  const Blob bytes = fragmented(video, &sound);
  const Movie movie = read_movie(source_of(bytes));
  const std::string file = write_file("late.mp4", joined_bytes({&movie}, {source_of(bytes)}));
  EXPECT_EQ(complaints(file), "");
  EXPECT_NEAR(std::stod(run("ffprobe -v error -show_entries stream=start_time -select_streams a -of csv=p=0 " + file)), 1.024, 0.002);
}

TEST(Movie, CutAnywhereGivesTheWholeFragmentsBeforeOrSaysWhatIsMissing) {
  const Blob bytes = fragmented(stream_of(Codec::h264, "-bf 0"));
  std::size_t init = as_text(bytes).find("moof") - 4, before = 0;
  for (std::size_t size = 0; size <= bytes.size(); size += size < init + 400 ? 1 : 97) {
    const View part = View(bytes).first(size);
    if (size < init) {
      EXPECT_THROW(read_movie(source_of(part)), Error) << size;
      continue;
    }
    const std::size_t found = read_movie(source_of(part)).tracks[0].samples.size();
    EXPECT_EQ(found % 25, 0U) << size;
    EXPECT_GE(found, before);
    before = found;
  }
  EXPECT_EQ(read_movie(source_of(bytes)).tracks[0].samples.size(), 100U);
}

TEST(Movie, AnyDamagedHeaderByteIsAnErrorOrAMovieNeverMore) {
  const Blob bytes = fragmented(stream_of(Codec::h264, "-bf 0"));
  const std::size_t headers = as_text(bytes).find("mdat");
  for (std::size_t at = 0; at < headers; ++at) {
    for (const int value : {0x00, 0x7F, 0xFF}) {
      Blob damaged = bytes;
      damaged[at] = static_cast<std::uint8_t>(value);
      try {
        const Movie movie = read_movie(source_of(damaged));
        for (const auto& track : movie.tracks) {
          for (const auto& sample : track.samples) ASSERT_LE(sample.offset + sample.size, damaged.size());
        }
        if (!movie.tracks[0].samples.empty()) joined_bytes({&movie}, {source_of(damaged)});
      } catch (const Error& error) {
        EXPECT_TRUE(error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::refused) << error.what();
      }
    }
  }
}

}  // namespace
}  // namespace tenure::media::testing
