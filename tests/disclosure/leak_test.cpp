// What a redacted copy could carry out besides the pixels that are meant to be seen. The strongest form: two recordings
// that differ only in what is hidden give the same copy, byte for byte.
#include "media/fmp4_writer.h"
#include "media/movie.h"
#include "practice.h"

using namespace tenure;
using namespace tenure::disclosure;
using namespace tenure::disclosure::testing;
using redaction::Mode;

namespace {
constexpr std::array<int, 4> kBox{80, 60, 120, 100};
const char* const kLossless = "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -qp 0 -g 25";

struct Message {
  std::uint8_t type;
  Blob payload;
};

Blob unregistered(std::string_view text) {
  Blob payload(16, 0x42);  // a UUID of nobody's
  payload.insert(payload.end(), text.begin(), text.end());
  return payload;
}

// CEA-708 in ITU-T T.35, as cameras and broadcasters write it: "JANE DOE" in four pairs.
const Blob kCaptions{0xB5, 0, 0x31, 'G', 'A', '9', '4', 3, 0x44, 0xFF, 0xFC, 'J', 'A', 0xFC, 'N', 'E', 0xFC, ' ', 'D', 0xFC, 'O', 'E', 0xFF};
const Blob kQuarterTurn{0x48, 0x00, 0x14};
const Blob kTimeCode{0x60, 0x40, 0x2A, 0x27, 0xB8, 0x10};

Blob sei_unit(media::Codec codec, const std::vector<Message>& messages) {
  Blob raw;
  for (const auto& one : messages) {
    raw.push_back(one.type);
    raw.push_back(static_cast<std::uint8_t>(one.payload.size()));
    raw.insert(raw.end(), one.payload.begin(), one.payload.end());
  }
  raw.push_back(0x80);
  Blob unit = codec == media::Codec::h264 ? Blob{0x06} : Blob{0x4E, 0x01};
  int zeros = 0;
  for (const auto byte : raw) {
    if (zeros == 2 && byte <= 3) {
      unit.push_back(3);
      zeros = 0;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    unit.push_back(byte);
  }
  return unit;
}

// The clip with these messages before each of its pictures.
void add_messages(const std::string& from, const std::string& to, const std::vector<Message>& messages) {
  const auto bytes = read_whole(from, 1 << 26);
  const auto movie = media::read_movie(media::source_of(bytes));
  const auto& video = movie.tracks.at(0);
  const auto unit = sei_unit(video.track.codec, messages);
  Blob out = media::make_init({video.track});
  std::vector<media::TrackSamples> part(1);
  for (const auto& one : video.samples) {
    const auto size = static_cast<std::uint32_t>(unit.size());
    media::Sample sample{one.pts, one.duration, one.key, {0, 0, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)}};
    sample.data.insert(sample.data.end(), unit.begin(), unit.end());
    sample.data.insert(sample.data.end(), bytes.begin() + static_cast<std::ptrdiff_t>(one.offset), bytes.begin() + static_cast<std::ptrdiff_t>(one.offset + one.size));
    part[0].samples.push_back(std::move(sample));
  }
  const auto fragment = media::make_fragment(1, part);
  out.insert(out.end(), fragment.bytes.begin(), fragment.bytes.end());
  std::ofstream(to, std::ios::binary).write(reinterpret_cast<const char*>(out.data()), static_cast<std::streamsize>(out.size()));
}

std::string side_data_of(const std::string& file) {
  return output_of("ffprobe -v error -show_entries frame=width:frame_side_data=side_data_type -of compact " + file + " | sort | uniq -c");
}

// Encoded by one thread: two threads of x264 do not give the same bytes twice, whatever they are given.
struct Leaks : Exports {
  Leaks() {
    ::sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (std::size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
      if (CPU_ISSET(cpu, &before_)) CPU_SET(cpu, &one);
    ::sched_setaffinity(0, sizeof one, &one);
  }
  ~Leaks() override { ::sched_setaffinity(0, sizeof before_, &before_); }
  Blob copy_of(const std::string& clip, double start, const redaction::Plan& plan, double from, double to) {
    record(clip, at(start), 1, ++run_);
    Receiver receiver(folder_ / ("out" + std::to_string(run_)));
    export_redacted(context(), span(start + from, start + to), plan, receiver);
    last_ = receiver.path("redacted.mp4");
    return read_whole(last_, 1 << 26);
  }
  redaction::Plan plan_from(Mode mode, double start) const {
    auto made = plan(mode, kBox);
    made.tracks[0].keyframes = {{at(start), kBox}, {at(start + 2.5), std::nullopt}};
    return made;
  }
  std::string last_;
  std::uint32_t run_ = 0;
  cpu_set_t before_{};
};
}  // namespace

TEST_F(Leaks, CaptionsUserDataRotationAndTimeCodeDoNotChangeAByteOfTheCopy) {
  const std::vector<Message> messages{{4, kCaptions}, {5, unregistered("JANE_DOE_SEI")}, {47, kQuarterTurn}};
  auto with_time = messages;
  with_time.push_back({136, kTimeCode});
  const char* const picture = "-f lavfi -i testsrc2=size=320x240:rate=25:duration=3";
  double start = 0;
  for (const auto& [name, options, added, seen] :
       {std::tuple{"h264", "-c:v libx264 -preset veryfast -g 25 -bf 2", messages, std::vector{"A53", "Unregistered", "matrix"}},
        std::tuple{"h265", "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25 -tag:v hvc1", with_time,
                   std::vector{"A53", "Unregistered", "matrix", "timecode"}}}) {
    const auto clean = make_clip(std::string(name) + ".mp4", picture, options), spiked = path(std::string(name) + "-spiked.mp4");
    add_messages(clean, spiked, added);
    const auto before = side_data_of(spiked);
    for (const char* kind : seen) EXPECT_NE(before.find(kind), std::string::npos) << "the source must hold what must not leak: " << before;
    const auto expected = copy_of(clean, start, plan_from(Mode::cover, start), 0.4, 2.4);
    const auto copy = copy_of(spiked, start + 100, plan_from(Mode::cover, start + 100), 0.4, 2.4);
    EXPECT_TRUE(copy == expected) << name;
    EXPECT_EQ(output_of("strings " + last_ + " | grep -c 'JANE[_ ]DOE' || true"), "0\n");
    EXPECT_EQ(side_data_of(last_).find("side_data"), std::string::npos) << side_data_of(last_);
    EXPECT_EQ(output_of("ffprobe -v error -show_entries stream=width,height:stream_side_data -of csv=p=0 " + last_), "320,240\n");
    start += 200;
  }
}

TEST_F(Leaks, CameraSoundDoesNotChangeAByteOfTheCopy) {
  const char* const picture = "-f lavfi -i testsrc2=size=320x240:rate=25:duration=3";
  const char* const h264 = "-c:v libx264 -preset veryfast -g 25 -bitexact";
  const auto loud = make_clip("loud.mp4", std::string(picture) + " -f lavfi -i sine=duration=3", std::string(h264) + " -c:a aac");
  const auto expected = copy_of(make_clip("mute.mp4", picture, h264), 0, plan_from(Mode::cover, 0), 0.4, 2.4);
  EXPECT_TRUE(copy_of(loud, 100, plan_from(Mode::cover, 100), 0.4, 2.4) == expected);
  EXPECT_EQ(output_of("ffprobe -v error -show_entries stream=codec_type -of csv=p=0 " + last_), "video\n");
  Receiver receiver(folder_ / "native");
  export_native(context(), span(100, 103), receiver);
  EXPECT_EQ(output_of("ffprobe -v error -show_entries stream=codec_type -of csv=p=0 " + receiver.path(receiver.files.at(0))), "video\naudio\n") << "it was recorded";
}

// The box's pictures are the same and coded without loss; all around them is another scene.
TEST_F(Leaks, WhatIsHiddenDoesNotChangeAByteOfTheCopy) {
  const std::string small = "testsrc2=size=120x100:rate=25:duration=3", other = "mandelbrot=size=120x100:rate=25";
  const std::string scene = "testsrc2=size=320x240:rate=25:duration=3", elsewhere = "mandelbrot=size=320x240:rate=25";
  const auto clip = [&](const std::string& name, const std::string& around, const std::string& inside) {
    return make_clip(name, "-f lavfi -i " + around + " -f lavfi -i " + inside,
                     std::string("-filter_complex '[0][1]overlay=80:60,format=yuv420p' -t 3 ") + kLossless);
  };
  const auto first = clip("a.mp4", scene, small), around = clip("b.mp4", elsewhere, small), inside = clip("c.mp4", scene, other);
  // From 2.5 s on there is no box: all is hidden in the one, nothing in the other.
  const auto subject = copy_of(first, 0, plan_from(Mode::subject, 0), 0.4, 3);
  EXPECT_TRUE(copy_of(around, 100, plan_from(Mode::subject, 100), 0.4, 3) == subject);
  EXPECT_FALSE(copy_of(inside, 200, plan_from(Mode::subject, 200), 0.4, 3) == subject) << "what is shown does";
  const auto cover = copy_of(first, 300, plan_from(Mode::cover, 300), 0.4, 2.4);
  EXPECT_TRUE(copy_of(inside, 400, plan_from(Mode::cover, 400), 0.4, 2.4) == cover);
  EXPECT_FALSE(copy_of(around, 500, plan_from(Mode::cover, 500), 0.4, 2.4) == cover);
}

TEST_F(Leaks, EachPictureIsExactlyTheOneOfItsTimeFromTheFirstOn) {
  // Picture n is grey of 16 + 37 n mod 200: neighbours are far apart.
  const auto clip = make_clip("grey.mp4", "-f lavfi -i \"color=size=320x240:rate=25:duration=4,format=yuv420p,geq=lum='16+mod(37*N,200)':cb=128:cr=128\"",
                              "-c:v libx264 -preset veryfast -g 50 -bf 2");
  copy_of(clip, 0, plan_from(Mode::cover, 0), 1.4, 2.4);
  const auto raw = output_of("ffmpeg -v error -i " + last_ + " -pix_fmt yuv420p -fps_mode passthrough -f rawvideo -");
  constexpr std::size_t kFrame = std::size_t{320} * 240 * 3 / 2;
  ASSERT_EQ(raw.size(), 25 * kFrame);
  for (std::size_t i = 0; i < 25; ++i) {
    const int value = static_cast<std::uint8_t>(raw[i * kFrame + std::size_t{320} * 200 + 20]);
    EXPECT_NEAR(value, 16 + static_cast<int>((i + 35) * 37 % 200), 6) << i;
  }
}
