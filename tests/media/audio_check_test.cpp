#include "media/audio_check.h"

#include <gtest/gtest.h>

#include "tests/media/ffmpeg.h"

namespace tenure::media {
namespace {

AudioFacts check(View bytes) { return check_audio(source_of(bytes)); }

// Two seconds of a tone in that coding and container.
Blob tone(const std::string& file, const std::string& arguments) {
  const std::string path = testing::folder() + "/" + file;
  testing::run("ffmpeg -v error -y -f lavfi -i sine=duration=2 -ar 8000 -ac 1 " + arguments + " " + path);
  return testing::read_file(path);
}

void set_u32(Blob& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::size_t data_size_at(const Blob& bytes) { return as_text(bytes).find("data") + 4; }

TEST(Wav, WholeFilesOfEveryTelephoneCodingAreComplete) {
  for (const std::string codec : {"pcm_s16le", "pcm_alaw", "pcm_mulaw", "pcm_u8", "pcm_s24le"}) {
    const AudioFacts facts = check(tone(codec + ".wav", "-c:a " + codec));
    EXPECT_EQ(facts.structure, Structure::complete) << codec << facts.why;
    EXPECT_EQ(facts.codec, codec);
    EXPECT_EQ(facts.rate, 8000U);
    EXPECT_EQ(facts.channels, 1U);
    EXPECT_EQ(facts.duration, Seconds(2));
  }
  EXPECT_EQ(check(tone("long.wav", "-rf64 always")).structure, Structure::complete);
}

TEST(Wav, AHeaderWithoutALengthIsOpen) {
  Blob bytes = tone("open.wav", "-bitexact");
  for (const std::uint32_t size : {0U, 0xFFFF'FFFFU}) {
    set_u32(bytes, data_size_at(bytes), size);
    EXPECT_EQ(check(bytes).structure, Structure::open);
    EXPECT_FALSE(check(bytes).why.empty());
  }
}

TEST(Wav, FewerBytesThanPromisedIsTruncatedAtEveryLength) {
  const Blob bytes = tone("cut.wav", "");
  for (std::size_t size = 45; size < bytes.size(); size += size < 200 ? 1 : 997) {
    const AudioFacts facts = check(View(bytes).first(size));
    EXPECT_EQ(facts.structure, Structure::truncated) << size;
    EXPECT_FALSE(facts.why.empty());
  }
}

TEST(Wav, BytesBehindTheSoundMeanThatItGrows) {
  Blob bytes = tone("append.wav", "-bitexact");
  bytes.push_back(0);
  EXPECT_EQ(check(bytes).structure, Structure::complete);  // padding
  bytes.insert(bytes.end(), 400, 0x11);
  EXPECT_EQ(check(bytes).structure, Structure::open);
}

TEST(Wav, AHeaderAloneIsNoRecording) {
  EXPECT_EQ(check(Blob{}).structure, Structure::empty);
  Blob bytes = tone("bare.wav", "-bitexact");
  bytes.resize(44);
  EXPECT_EQ(check(bytes).structure, Structure::empty);
}

TEST(Mp3, TheFirstFramesPromiseDecides) {
  const Blob bytes = tone("whole.mp3", "-c:a libmp3lame");
  const AudioFacts facts = check(bytes);
  EXPECT_EQ(facts.structure, Structure::complete) << facts.why;
  EXPECT_EQ(facts.codec, "mp3");
  EXPECT_EQ(facts.rate, 8000U);
  EXPECT_NEAR(static_cast<double>(facts.duration.count()), 2e6, 2e5);
  EXPECT_EQ(check(View(bytes).first(bytes.size() / 2)).structure, Structure::truncated);
  EXPECT_EQ(check(View(bytes).first(bytes.size() - 1)).structure, Structure::truncated);
}

TEST(Mp3, WithoutAPromiseNothingIsDecided) {
  const AudioFacts facts = check(tone("plain.mp3", "-c:a libmp3lame -b:a 16k -write_xing 0 -id3v2_version 0"));
  EXPECT_EQ(facts.structure, Structure::undecided);
  EXPECT_NEAR(static_cast<double>(facts.duration.count()), 2e6, 3e5);
}

TEST(Mp3, ATagLongerThanTheFileIsTruncated) {
  Blob bytes = tone("tag.mp3", "-c:a libmp3lame");
  ASSERT_TRUE(as_text(bytes).starts_with("ID3"));
  bytes[6] = bytes[7] = bytes[8] = bytes[9] = 0x7F;
  EXPECT_EQ(check(bytes).structure, Structure::truncated);
}

TEST(Audio, JunkIsNamedAndNotImported) {
  for (const std::uint8_t byte : Blob{0x00, 0x20, 0xFF}) {
    const AudioFacts facts = check(Blob(100'000, byte));
    EXPECT_EQ(facts.structure, Structure::not_audio);
    EXPECT_FALSE(facts.why.empty());
  }
  Blob wav = tone("odd.wav", "-bitexact");
  wav[20] = 0x55;  // MP3 inside WAV
  EXPECT_EQ(check(wav).structure, Structure::not_audio);
}

}  // namespace
}  // namespace tenure::media
