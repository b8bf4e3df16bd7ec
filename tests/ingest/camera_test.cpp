// Cameras that we did not write (GStreamer's RTSP server) into a whole storage; what was kept is decoded by ffmpeg.
#include "ingest/camera.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <thread>

#include "base/error.h"
#include "media/movie.h"
#include "storage/storage.h"
#include "tests/ingest/rtsp_probe.h"

namespace tenure::ingest {
namespace {

namespace fs = boost::filesystem;
using rtsp::CameraProcess;
using rtsp::support_file;

Path media_folder() {
  const char* given = std::getenv("TENURE_MEDIA");
  static const Path folder = given ? Path(given) : fs::temp_directory_path() / "tenure-media";
  static const int made = std::system((support_file("make_media.sh") + " " + folder.string() + " tests").c_str());
  if (made != 0) throw Error(ErrorKind::internal, "make_media.sh failed");
  return folder;
}

std::vector<std::string> cameras(const std::string& clip, std::vector<std::string> more = {}) {
  std::vector<std::string> command{"/usr/bin/python3", support_file("cameras.py"), "--port", "0", "--file", (media_folder() / clip).string()};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

// A whole tiny practice: storage in a folder of its own and one camera on a thread.
class Practice {
 public:
  explicit Practice(config::Camera camera, Camera::Options options = {}, std::optional<Duration> told_before = std::nullopt) : clock_(folder_ / "mark"), storage_(settings(), clock_) {
    camera.area = "entrance";
    storage_.catalogue().ensure_source(camera.name, camera.cls, storage::Kind::camera);
    camera_ = std::make_unique<Camera>(io_, camera, options, storage_.recorder(), clock_);
    camera_->start(told_before ? std::optional(clock_.monotonic() - *told_before) : std::nullopt);
    thread_ = std::thread([this] { io_.run(); });
  }
  // GStreamer's server aborts now and then, by an assertion of its own, and is started again: what such a camera broke off
  // shows nothing of ours. True when it has been connected once and for all.
  bool unbroken() const { return status().reconnects == 0; }
  ~Practice() {
    stop();
    boost::system::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  CameraStatus status() const { return camera_->status(); }
  storage::Storage& storage() { return storage_; }

  // Waits until the camera is in this state; how long it took.
  Duration wait_for(const std::string& state, Duration patience = Seconds(100)) {
    return wait([&] { return status().state == state; }, "state " + state, patience);
  }
  void record(std::uint64_t frames) {
    const auto target = status().frames + frames;
    wait([&] { return status().frames >= target; }, "frames", Seconds(200));
  }
  Duration wait(const std::function<bool()>& done, const std::string& what, Duration patience) {
    const auto began = clock_.monotonic();
    while (!done()) {
      if (clock_.monotonic() - began > patience) throw Error(ErrorKind::internal, "still no " + what + "; " + status().state + ": " + status().why);
      std::this_thread::sleep_for(Millis(20));
    }
    return clock_.monotonic() - began;
  }
  Duration stop() {
    if (!thread_.joinable()) return {};
    const auto began = clock_.monotonic();
    camera_->stop();
    thread_.join();
    const auto took = clock_.monotonic() - began;
    storage_.recorder().flush();
    storage_.recorder().stop();
    return took;
  }
  std::vector<Blob> segments() {
    auto rows = storage_.catalogue().segments({});
    std::sort(rows.begin(), rows.end(), [](auto& a, auto& b) { return a.span.from < b.span.from; });
    std::vector<Blob> all;
    for (const auto& row : rows) {
      auto reader = storage_.open(row.id, {"test"}, storage::Purpose::verify);
      Blob bytes(reader.plain_size());
      reader.read(0, bytes);
      all.push_back(std::move(bytes));
    }
    return all;
  }
  // What ffmpeg says about a segment; empty when it decodes without a word.
  std::string decode(const Blob& bytes) {
    const auto file = folder_ / "segment.mp4", said = folder_ / "said";
    std::ofstream(file.string(), std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    const auto command = "ffmpeg -nostdin -v error -xerror -i " + file.string() + " -map 0 -f null - > " + said.string() + " 2>&1";
    const int status = std::system(command.c_str());
    std::ifstream in(said.string());
    return std::string(std::istreambuf_iterator<char>(in), {}) + (status == 0 ? "" : "ffmpeg failed");
  }
  std::vector<storage::Gap> gaps() {
    return storage_.catalogue().gaps(std::string("front-door"), {Instant{}, clock_.now() + std::chrono::hours(1)});
  }

 private:
  config::Settings settings() const {
    config::Settings made;
    made.storage.path = folder_ / "state";
    made.storage.sync_interval = Millis(200);
    made.vaults = {{"main", folder_ / "vault", {}}};
    made.classes = {{"cctv", {.days = 28}, config::Anchor::capture_end}, {"calls", {.years = 3}, config::Anchor::capture_start}};
    return made;
  }
  Path folder_ = [] {
    const auto made = fs::temp_directory_path() / fs::unique_path("tenure-camera-%%%%%%%%");
    make_directories(made);
    return made;
  }();
  SystemClock clock_;
  storage::Storage storage_;
  boost::asio::io_context io_{1};
  std::unique_ptr<Camera> camera_;
  std::thread thread_;
};

config::Camera front_door(const CameraProcess& process) {
  config::Camera camera;
  camera.name = "front-door";
  camera.url = process.url("cam0");
  return camera;
}

void expect_whole(Practice& practice, std::size_t least_frames) {
  const auto segments = practice.segments();
  ASSERT_FALSE(segments.empty());
  std::size_t frames = 0;
  std::int64_t end = -1;
  for (const auto& bytes : segments) {
    EXPECT_EQ(practice.decode(bytes), "");
    const auto movie = media::read_movie(media::source_of(bytes));
    for (const auto& sample : movie.tracks.at(0).samples) {
      // 25 frames a second; GStreamer repeats a time at the end of its loop.
      if (end >= 0) { EXPECT_NEAR(static_cast<double>(sample.pts - end), 3'600, 3'700); }
      end = sample.pts;
      ++frames;
    }
  }
  EXPECT_GE(frames, least_frames);
}

// With a camera that does not break off; see Practice::unbroken(). The test returns false where it did.
void expect_of_a_steady_camera(const std::function<bool()>& test) {
  for (int tries = 0; tries < 5; ++tries)
    if (test()) return;
  ADD_FAILURE() << "five cameras, and each of them broke off";
}

TEST(CameraRecords, H264WithoutLosingAFrameAcrossSegments) {
  expect_of_a_steady_camera([] {
    CameraProcess process(cameras("small-h264.mp4"));
    Camera::Options options;
    options.segment_length = Seconds(4);
    Practice practice(front_door(process), options);
    practice.record(225);
    const auto frames = practice.status().frames;
    const auto took = practice.stop();
    if (!practice.unbroken()) return false;
    EXPECT_LT(took, Seconds(2));
    EXPECT_GE(practice.segments().size(), 2u);
    expect_whole(practice, frames - 50);  // those before the first key frame
    return true;
  });
}

TEST(CameraRecords, H265) {
  expect_of_a_steady_camera([] {
    CameraProcess process(cameras("small-h265.mp4"));
    Practice practice(front_door(process));
    practice.record(150);
    practice.stop();
    if (!practice.unbroken()) return false;
    expect_whole(practice, 100);
    EXPECT_EQ(practice.status().codec, media::to_string(media::Codec::h265));
    return true;
  });
}

TEST(CameraRecords, NoSoundUnlessToldTo) {
  CameraProcess process(cameras("small-h264-aac.mp4", {"--audio"}));
  Practice practice(front_door(process));
  practice.record(100);
  practice.stop();
  for (const auto& bytes : practice.segments()) EXPECT_EQ(media::read_movie(media::source_of(bytes)).tracks.size(), 1u);
}

void expect_sound(const std::string& clip, media::Codec codec) {
  CameraProcess process(cameras(clip, {"--audio"}));
  auto camera = front_door(process);
  camera.audio = true;
  Practice practice(camera);
  practice.record(150);
  practice.stop();
  const auto segments = practice.segments();
  ASSERT_FALSE(segments.empty());
  std::size_t samples = 0;
  for (const auto& bytes : segments) {
    EXPECT_EQ(practice.decode(bytes), "");
    const auto movie = media::read_movie(media::source_of(bytes));
    ASSERT_EQ(movie.tracks.size(), 2u);
    EXPECT_EQ(movie.tracks[1].track.codec, codec);
    samples += movie.tracks[1].samples.size();
  }
  EXPECT_GT(samples, 20u) << "in all segments: a minute may begin shortly before the end";
}

TEST(CameraRecords, AacWhenToldTo) { expect_sound("small-h264-aac.mp4", media::Codec::aac); }
TEST(CameraRecords, G711WhenToldTo) { expect_sound("small-h264-g711.mkv", media::Codec::alaw); }

TEST(CameraRecords, ReorderedPictures) {
  CameraProcess process(cameras("small-h264-bframes.mp4"));
  Practice practice(front_door(process));
  practice.record(125);
  practice.stop();
  const auto segments = practice.segments();
  ASSERT_FALSE(segments.empty());
  for (const auto& bytes : segments) EXPECT_EQ(practice.decode(bytes), "");
}

TEST(CameraRecords, BehindADigestPassword) {
  CameraProcess process(cameras("small-h264.mp4", {"--user", "viewer", "--password", "right"}));
  auto camera = front_door(process);
  camera.username = "viewer";
  camera.password = "right";
  Practice practice(camera);
  practice.wait_for("recording");
}

TEST(CameraSays, ThatThePasswordIsWrong) {
  CameraProcess process(cameras("small-h264.mp4", {"--user", "viewer", "--password", "right"}));
  auto camera = front_door(process);
  camera.username = "viewer";
  camera.password = "wrong-secret";
  Practice practice(camera);
  practice.wait([&] { return practice.status().why.find("password") != std::string::npos; }, "word about the password", Seconds(100));
  EXPECT_EQ(practice.status().why.find("wrong-secret"), std::string::npos);
}

TEST(CameraReturns, WithinTwoSecondsAndTheGapIsWrittenDown) {
  CameraProcess process(cameras("small-h264.mp4"));
  Practice practice(front_door(process));
  practice.wait_for("recording");
  practice.record(60);
  process.tell("drop 0");
  practice.wait([&] { return practice.status().state != "recording"; }, "loss of the camera", Seconds(100));
  std::this_thread::sleep_for(Seconds(3));
  process.tell("back 0");
  // A second of back-off, and the first key frame: the clip begins with one when the camera comes back.
  EXPECT_LT(practice.wait_for("recording"), Millis(2'500));
  practice.record(60);
  practice.stop();
  const auto gaps = practice.gaps();
  const auto longest = std::ranges::max_element(gaps, {}, [](const auto& gap) { return gap.span.length(); });
  ASSERT_NE(longest, gaps.end());
  EXPECT_GT(longest->span.length(), Seconds(2));
  EXPECT_FALSE(longest->cause.empty());
  for (const auto& bytes : practice.segments()) EXPECT_EQ(practice.decode(bytes), "");
}

// A daemon's start takes time between its word about the time before and its cameras: that is told with the first wait.
TEST(CameraBegins, WhereTheDaemonsWordAboutTheTimeBeforeEnds) {
  expect_of_a_steady_camera([] {
    CameraProcess process(cameras("small-h264.mp4"));
    Practice practice(front_door(process), {}, Seconds(5));
    practice.wait_for("recording");
    practice.record(60);
    practice.stop();
    if (!practice.unbroken()) return false;
    const auto gaps = practice.gaps();
    EXPECT_EQ(gaps.size(), 1u);
    if (gaps.empty()) return true;
    EXPECT_GE(gaps[0].span.length(), Seconds(5));
    EXPECT_EQ(gaps[0].cause, "not yet connected");
    return true;
  });
}

TEST(CameraReturns, AfterSilence) {
  CameraProcess process(cameras("small-h264.mp4"));
  Camera::Options options;
  options.silence = Seconds(3);
  Practice practice(front_door(process), options);
  practice.wait_for("recording");
  practice.record(60);
  process.tell("stall 0");
  practice.wait([&] { return practice.status().state != "recording"; }, "notice of the silence", Seconds(100));
  process.tell("go 0");
  practice.wait_for("recording");
  practice.record(60);
  practice.stop();
  EXPECT_FALSE(practice.gaps().empty());
}

}  // namespace
}  // namespace tenure::ingest
