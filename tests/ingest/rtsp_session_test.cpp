// What a session must give from cameras that are odd but usable.
#include <gmock/gmock.h>

#include "rtsp_probe.h"

#include <algorithm>

namespace tenure::ingest::rtsp {
namespace {

using testing::HasSubstr;

Outcome play(const std::string& mode, std::size_t pictures, const std::string& password = "right:pass", bool audio = false) {
  auto settings = quick(hostile_camera().url(mode));
  settings.username = "viewer";
  settings.password = password;
  settings.audio = audio;
  return run_session(settings, pictures);
}

class RtspLogin : public testing::TestWithParam<const char*> {};
TEST_P(RtspLogin, WorksWithTheRightPasswordAndSaysWhenItIsWrong) {
  const auto right = play(GetParam(), 3);
  EXPECT_EQ(right.error, "");
  EXPECT_EQ(right.got.pictures(), 3u);
  if (std::string_view(GetParam()) == "stale") return;
  const auto wrong = play(GetParam(), 3, "wrong");
  EXPECT_THAT(wrong.error, HasSubstr("refused the user name or password (401)"));
  EXPECT_EQ(wrong.kind, ErrorKind::refused);
  const auto none = run_session(quick(hostile_camera().url(GetParam())), 3);
  EXPECT_THAT(none.error, HasSubstr("set username and password"));
}
INSTANTIATE_TEST_SUITE_P(Schemes, RtspLogin, testing::Values("md5", "md5-plain", "sha256", "strongest"));

TEST(RtspSession, SendsAPasswordByBasicOnlyWhereAllowed) {
  auto settings = quick(hostile_camera().url("basic"));
  settings.username = "viewer";
  settings.password = "right:pass";
  settings.allow_basic = true;
  EXPECT_EQ(run_session(settings, 3).error, "");
}

TEST(RtspSession, GivesWholePicturesByteForByteWithTheirParameterSets) {
  const auto outcome = play("good", 12);
  ASSERT_EQ(outcome.error, "");
  ASSERT_EQ(outcome.got.streams.size(), 1u);
  EXPECT_TRUE(outcome.got.streams[0].parameter_sets.complete(media::Codec::h264));
  const auto& first = outcome.got.units[0];
  ASSERT_EQ(first.nals.size(), 3u);
  EXPECT_EQ(first.nals[0], outcome.got.streams[0].parameter_sets.sps[0]);
  EXPECT_EQ(first.nals[2].size(), 397u);
  EXPECT_EQ(first.nals[2][0], 0x65);
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(outcome.got.units[i].key, i % 6 == 0);
    EXPECT_EQ(outcome.got.units[i].rtp_time, static_cast<std::int64_t>(i) * 3600);
    EXPECT_FALSE(outcome.got.units[i].damaged);
  }
}

TEST(RtspSession, DoesNotEvenSetUpTheSoundUnlessItIsAskedFor) {
  CameraProcess camera({"/usr/bin/python3", support_file("hostile_camera.py")});
  EXPECT_EQ(run_session(quick(camera.url("sound")), 3).error, "");
  EXPECT_EQ(camera.line(), "set up picture");
  EXPECT_EQ(camera.line(), "torn down");
  auto settings = quick(camera.url("sound"));
  settings.audio = true;
  const auto outcome = run_session(settings, 5);
  EXPECT_EQ(camera.line(), "set up picture");
  EXPECT_EQ(camera.line(), "set up sound");
  ASSERT_EQ(outcome.got.streams.size(), 2u);
  EXPECT_EQ(outcome.got.streams[1].codec, media::Codec::alaw);
  EXPECT_GT(outcome.got.units.size(), outcome.got.pictures());
}

TEST(RtspSession, ContinuesThroughAWrapOfTheTimestamps) {
  const auto outcome = play("wrap", 10);
  ASSERT_GE(outcome.got.units.size(), 10u) << outcome.error;
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(outcome.got.units[i].rtp_time, static_cast<std::int64_t>(i) * 3600);
}

TEST(RtspSession, ContinuesItsTimeLineWhenTheSourceChanges) {
  const auto outcome = play("ssrc", 20);
  ASSERT_EQ(outcome.got.units.size(), 20u);
  for (std::size_t i = 1; i < 20; ++i) {
    const auto step = outcome.got.units[i].rtp_time - outcome.got.units[i - 1].rtp_time;
    EXPECT_GT(step, 0);
    EXPECT_LT(step, 90'000);
  }
}

TEST(RtspSession, PassesAJumpOfTheTimestampsOnAsItIs) {
  const auto outcome = play("jump", 12);
  ASSERT_EQ(outcome.got.units.size(), 12u);
  EXPECT_EQ(outcome.got.units[10].rtp_time - outcome.got.units[9].rtp_time, 3600 * 90'000 + 3600);
}

TEST(RtspSession, MarksThePictureThatFollowsALostOneAndNoOther) {
  const auto outcome = play("loss", 12);
  ASSERT_EQ(outcome.got.units.size(), 12u);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(outcome.got.units[i].damaged, i == 6 || i == 11) << i;  // pictures 6 and 12 lost a piece
}

TEST(RtspSession, KeepsWhatCameBeforePlayWasAnswered) {
  const auto outcome = play("early-media", 3);
  ASSERT_FALSE(outcome.got.units.empty());
  EXPECT_TRUE(outcome.got.units[0].key);
  EXPECT_EQ(outcome.got.units[0].rtp_time, 0);
}

TEST(RtspSession, ReadsOverAnAnswerToAnOlderRequest) { EXPECT_EQ(play("old-cseq", 2).error, ""); }

TEST(RtspSession, RecordsACameraThatNeverSendsASecondKeyFrame) {
  const auto outcome = play("gop60", 100);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(std::ranges::count_if(outcome.got.units, &AccessUnit::key), 1);
}

TEST(RtspSession, KeepsASessionAliveThatTheCameraWouldEndAfterTwoSeconds) {
  EXPECT_EQ(play("keep-alive", 1'000).error, "");
}

TEST(RtspSession, GivesTheCamerasClockFromItsSenderReports) {
  const auto outcome = play("reports", 20);
  ASSERT_EQ(outcome.got.reports.size(), 1u);
  EXPECT_EQ(outcome.got.reports[0].rtp_time, 5 * 3600);
  EXPECT_EQ(to_rfc3339(outcome.got.reports[0].camera_time), "2026-01-01T00:00:00.500000Z");
}

TEST(RtspSession, ReadsFarLessOftenThanPacketsCome) {
  auto settings = quick(hostile_camera().url("good"));
  settings.drain_tick = Millis(100);
  const auto outcome = run_session(settings, 120);
  EXPECT_LT(outcome.got.reads, 60u) << "for about 200 packets";
}

}  // namespace
}  // namespace tenure::ingest::rtsp
