// Session descriptions as cameras write them, and as nobody should.
#include "ingest/rtsp/sdp.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace tenure::ingest::rtsp {
namespace {

using media::Codec;
using testing::HasSubstr;

const Blob kSps264 = *from_hex("6764001eacb405017fcb80880000030008000003019078b175"), kPps264 = *from_hex("68ef0fcb");
const Blob kVps265 = *from_hex("40010c01ffff01600000030090000003000003001e959809");
const Blob kSps265 = *from_hex("42010101600000030090000003000003001ea04208596566b932bc05a020000003002000000300a1");
const Blob kPps265 = *from_hex("4401c172b46240");

const std::string kHead = "v=0\r\no=- 1788264000 1 IN IP4 192.0.2.20\r\ns=Media Presentation\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n";
const std::string kH264 = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n";

SessionPlan plan(const std::string& text, bool audio = false) { return plan_session(parse_sdp(text), audio); }
std::string why_refused(const std::string& text) {
  try {
    plan(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::refused);
    return error.what();
  }
  return "";
}

TEST(Sdp, OfAnH264CameraWithRelativeControlsIsRead) {
  const auto made = plan(kHead + "a=control:*\r\na=range:npt=now-\r\n" + kH264 +
                             "a=fmtp:96 packetization-mode=1;profile-level-id=64001e;sprop-parameter-sets=" + to_base64(kSps264) + ',' +
                             to_base64(kPps264) +
                             "\r\na=control:trackID=1\r\nm=audio 0 RTP/AVP 104\r\na=rtpmap:104 mpeg4-generic/16000/1\r\n"
                             "a=fmtp:104 profile-level-id=15; streamtype=5; mode=AAC-hbr; config=1408;SizeLength=13; IndexLength=3; "
                             "IndexDeltaLength=3; Profile=1;\r\na=control:trackID=2\r\nm=application 0 RTP/AVP 107\r\n"
                             "a=rtpmap:107 vnd.onvif.metadata/90000\r\na=control:trackID=4\r\n",
                         /*audio=*/true);
  EXPECT_EQ(made.control, "*");
  ASSERT_EQ(made.tracks.size(), 2u);
  const auto& video = made.tracks[0];
  EXPECT_EQ(video.info.codec, Codec::h264);
  EXPECT_EQ(video.info.clock_rate, 90'000u);
  EXPECT_EQ(video.payload_type, 96);
  EXPECT_EQ(video.control, "trackID=1");
  EXPECT_EQ(video.info.parameter_sets, (media::ParameterSets{{}, {kSps264}, {kPps264}}));
  const auto& sound = made.tracks[1];
  EXPECT_EQ(sound.info.codec, Codec::aac);
  EXPECT_EQ(sound.info.clock_rate, 16'000u);
  EXPECT_EQ(sound.info.audio_config, (Blob{0x14, 0x08}));
  EXPECT_EQ(sound.aac.size_bits, 13u);
  EXPECT_EQ(sound.aac.index_bits, 3u);
  EXPECT_EQ(sound.aac.delta_bits, 3u);
}

TEST(Sdp, SoundIsPlannedOnlyWhenAskedFor) {
  const auto text = kHead + kH264 + "m=audio 0 RTP/AVP 8\r\na=control:sound\r\n";
  EXPECT_EQ(plan(text, /*audio=*/false).tracks.size(), 1u);
  EXPECT_EQ(plan(text, /*audio=*/true).tracks.size(), 2u);
}

TEST(Sdp, OfAnH265CameraGivesItsThreeKindsOfSets) {
  const auto made = plan(kHead + "m=video 0 RTP/AVP 98\na=rtpmap:98 H265/90000\na=fmtp:98 profile-id=1; sprop-vps=" + to_base64(kVps265) +
                         "; sprop-sps=" + to_base64(kSps265) + "; sprop-pps=" + to_base64(kPps265) + "\n");
  EXPECT_EQ(made.tracks.at(0).info.codec, Codec::h265);
  EXPECT_EQ(made.tracks[0].info.parameter_sets, (media::ParameterSets{{kVps265}, {kSps265}, {kPps265}}));
}

TEST(Sdp, StaticPayloadTypesNeedNoRtpmap) {
  for (const auto& [type, codec] : {std::pair{0, Codec::ulaw}, std::pair{8, Codec::alaw}}) {
    const auto made = plan(kHead + kH264 + "m=audio 0 RTP/AVP " + std::to_string(type) + "\r\n", /*audio=*/true);
    ASSERT_EQ(made.tracks.size(), 2u);
    EXPECT_EQ(made.tracks[1].info.codec, codec);
    EXPECT_EQ(made.tracks[1].info.clock_rate, 8'000u);
    EXPECT_EQ(made.tracks[1].payload_type, type);
  }
}

TEST(Sdp, TheFirstFormatThatCanBeRecordedIsTakenOfSeveral) {
  const auto made = plan(kHead + "m=video 0 RTP/AVP 26 35 96\r\na=rtpmap:96 H264/90000\r\n");
  EXPECT_EQ(made.tracks.at(0).payload_type, 96);
}

TEST(Sdp, SpacesAroundValuesAndLowerCaseNamesAreReadOver) {
  const auto made = plan(kHead + "m=video 0 RTP/AVP 96 \r\na=rtpmap: 96 h264/90000 \r\na=control: trackID=1 \r\n");
  EXPECT_EQ(made.tracks.at(0).info.codec, Codec::h264);
  EXPECT_EQ(made.tracks[0].control, "trackID=1");
}

TEST(Sdp, SetsThatAreNoBase64AreLeftOut) {
  const auto made = plan(kHead + kH264 + "a=fmtp:96 sprop-parameter-sets=!!!!,," + to_base64(kPps264) + "\r\n");
  EXPECT_EQ(made.tracks.at(0).info.parameter_sets, (media::ParameterSets{{}, {}, {kPps264}}));
}

TEST(Control, IsAppendedToItsBaseAbsoluteOrTheBaseItself) {
  const std::string base = "rtsp://192.0.2.20/live";
  EXPECT_EQ(resolve_control(base, "trackID=1"), "rtsp://192.0.2.20/live/trackID=1");
  EXPECT_EQ(resolve_control(base + '/', "trackID=1"), "rtsp://192.0.2.20/live/trackID=1");  // a Content-Base
  EXPECT_EQ(resolve_control(base, "*"), base);
  EXPECT_EQ(resolve_control(base, ""), base);
  EXPECT_EQ(resolve_control(base, "rtsp://192.0.2.20/other/track1"), "rtsp://192.0.2.20/other/track1");
  EXPECT_EQ(resolve_control(base, "RTSPS://192.0.2.20/x"), "RTSPS://192.0.2.20/x");
  EXPECT_EQ(resolve_control("rtsp://192.0.2.20/cam?channel=1&subtype=0", "trackID=0"),
            "rtsp://192.0.2.20/cam?channel=1&subtype=0/trackID=0");
}

TEST(Control, OfTheSessionIsTheAggregateAndOfATrackItsOwn) {
  const auto made = plan(kHead + "a=control:rtsp://192.0.2.31:554/ch1/main/\r\n" + kH264 +
                         "a=control:rtsp://192.0.2.31:554/ch1/main/trackID=1\r\n");
  EXPECT_EQ(made.control, "rtsp://192.0.2.31:554/ch1/main/");
  EXPECT_EQ(made.tracks.at(0).control, "rtsp://192.0.2.31:554/ch1/main/trackID=1");
}

TEST(Control, ThatCouldBreakARequestIsNotTaken) {
  const auto sdp = parse_sdp(kHead + "a=control:a b\r\n" + kH264 + "a=control:track 1\r\na=control:x\x01y\r\na=control:" +
                             std::string(3'000, 'x') + "\r\n");
  EXPECT_EQ(sdp.control, "");
  EXPECT_EQ(sdp.media.at(0).control, "");
  EXPECT_EQ(sdp.problems.size(), 3u);
}

TEST(Sdp, WithSeventeenMediaSectionsIsReadUpToTheSixteenth) {
  std::string text = kHead;
  for (int i = 0; i < 16; ++i) text += "m=audio 0 RTP/AVP 8\r\n";
  const auto sdp = parse_sdp(text + kH264);
  EXPECT_EQ(sdp.media.size(), 16u);
  EXPECT_THAT(sdp.problems, testing::ElementsAre(HasSubstr("more than 16 media sections")));
  EXPECT_THAT(why_refused(text + kH264), HasSubstr("more than 16 media sections"));
}

TEST(Sdp, OfAMegabyteIsRefusedUnread) {
  std::string text = kHead + kH264;
  while (text.size() < 1 << 20) text += "a=tool:" + std::string(100, 'x') + "\r\n";
  const auto sdp = parse_sdp(text);
  EXPECT_TRUE(sdp.media.empty());
  EXPECT_THAT(sdp.problems, testing::ElementsAre(HasSubstr("longer than 64 KiB")));
  EXPECT_THAT(why_refused(text), HasSubstr("longer than 64 KiB"));
}

TEST(Sdp, WithThousandsOfFormatsParametersAndProblemsIsBounded) {
  std::string text = kHead + "m=video 0 RTP/AVP";
  for (int i = 0; i < 2'000; ++i) text += " 96";
  text += "\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 ";
  for (int i = 0; i < 2'000; ++i) text += 'p' + std::to_string(i) + "=1;";
  for (int i = 0; i < 2'000; ++i) text += "\r\na=control:";
  const auto sdp = parse_sdp(text);
  ASSERT_EQ(sdp.media.size(), 1u);
  EXPECT_EQ(sdp.media[0].parameters.size(), 64u);
  EXPECT_EQ(sdp.problems.size(), 16u);
}

TEST(Sdp, WithNothingToRecordIsRefusedWithWhatThereIs) {
  EXPECT_THAT(why_refused(kHead), HasSubstr("it offers no video"));
  EXPECT_THAT(why_refused("<html>not found</html>"), HasSubstr("it offers no video"));
  EXPECT_THAT(why_refused(kHead + "m=audio 0 RTP/AVP 8\r\n"), HasSubstr("it offers no video"));
  EXPECT_THAT(why_refused(kHead + "m=video 0 RTP/AVP 26\r\n"), HasSubstr("it offers JPEG"));
  EXPECT_THAT(why_refused(kHead + "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/0\r\n"), HasSubstr("no H.264 or H.265 video"));
}

TEST(Sdp, WithAPackingThatIsNotReadIsRefusedWithItsName) {
  EXPECT_THAT(why_refused(kHead + kH264 + "a=fmtp:96 packetization-mode=2\r\n"), HasSubstr("packetization-mode 2"));
  EXPECT_THAT(why_refused(kHead + "m=video 0 RTP/AVP 98\r\na=rtpmap:98 H265/90000\r\na=fmtp:98 sprop-max-don-diff=2\r\n"),
              HasSubstr("sprop-max-don-diff"));
}

TEST(Sdp, SoundThatCannotBeRecordedIsNamedAndThePictureStays) {
  const std::pair<const char*, const char*> sounds[] = {
      {"", "no sound"},
      {"m=audio 0 RTP/AVP 97\r\na=rtpmap:97 OPUS/48000/2\r\n", "no sound in AAC or G.711"},
      {"m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/16000\r\na=fmtp:97 sizelength=13\r\n", "no configuration"},
      {"m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/16000\r\na=fmtp:97 config=1408\r\n", "AAC-hbr"}};
  for (const auto& [section, problem] : sounds) {
    const auto made = plan(kHead + kH264 + section, /*audio=*/true);
    EXPECT_EQ(made.tracks.size(), 1u);
    EXPECT_THAT(made.sound_problem, HasSubstr(problem));
  }
}

}  // namespace
}  // namespace tenure::ingest::rtsp
