// Every camera that misbehaves gets a clear message, an end in time, and no password.
#include <gmock/gmock.h>

#include <boost/asio/ip/tcp.hpp>

#include "rtsp_probe.h"

namespace tenure::ingest::rtsp {
namespace {

using testing::HasSubstr;
using testing::Not;

Outcome play(const std::string& mode, std::size_t pictures = 1'000'000) {
  auto settings = quick(hostile_camera().url(mode));
  settings.username = "viewer";
  settings.password = "right:pass";
  // Only what must be waited for in vain is waited for a short time: in every other the camera has its time to speak.
  if (mode == "mute" || mode == "drip") settings.reply_timeout = Seconds(1);
  if (mode == "flood") settings.reply_timeout = Seconds(3);  // for it answers what comes before PLAY
  if (mode == "silent" || mode == "unknown-channel") settings.silence = Seconds(1);
  return run_session(settings, pictures);
}

struct Trouble {
  std::string mode, says;
  ErrorKind kind;
};
class RtspTrouble : public testing::TestWithParam<Trouble> {};

TEST_P(RtspTrouble, EndsInTimeWithAMessageThatNamesItAndNoPassword) {
  const auto& [mode, says, kind] = GetParam();
  const auto outcome = play(mode);
  EXPECT_THAT(outcome.error, HasSubstr(says));
  EXPECT_THAT(outcome.error, Not(HasSubstr("right:pass")));
  EXPECT_EQ(outcome.kind, kind) << outcome.error;
  EXPECT_LT(outcome.seconds, 8);
}

INSTANTIATE_TEST_SUITE_P(
    Cameras, RtspTrouble,
    testing::Values(
        Trouble{"rst", "broke", ErrorKind::unavailable}, Trouble{"garbage", "cannot be read", ErrorKind::corrupt},
        Trouble{"http", "does not speak RTSP", ErrorKind::corrupt}, Trouble{"mute", "did not answer OPTIONS", ErrorKind::unavailable},
        Trouble{"drip", "did not answer OPTIONS", ErrorKind::unavailable},
        Trouble{"big-header", "headers are longer than 64 KiB", ErrorKind::corrupt},
        Trouble{"endless-header", "headers are longer than 64 KiB", ErrorKind::corrupt},
        Trouble{"many-headers", "more than 256 headers", ErrorKind::corrupt},
        Trouble{"wrong-cseq", "CSeq 4711", ErrorKind::corrupt},
        Trouble{"endless-sdp", "Content-Length", ErrorKind::corrupt},
        Trouble{"big-sdp", "longer than 64 KiB", ErrorKind::refused},
        Trouble{"not-sdp", "no H.264 or H.265 video", ErrorKind::refused},
        Trouble{"empty-sdp", "no H.264 or H.265 video", ErrorKind::refused},
        Trouble{"no-video", "it offers no video", ErrorKind::refused}, Trouble{"mjpeg", "it offers JPEG", ErrorKind::refused},
        Trouble{"many-sections", "more than 16 media sections", ErrorKind::refused},
        Trouble{"mode2", "packetization-mode 2", ErrorKind::refused}, Trouble{"not-found", "check the path", ErrorKind::not_found},
        Trouble{"channel-300", "not two numbers from 0 to 255", ErrorKind::corrupt},
        Trouble{"udp-only", "over TCP", ErrorKind::refused}, Trouble{"udp-anyway", "over TCP", ErrorKind::refused},
        Trouble{"no-session", "no usable Session", ErrorKind::corrupt},
        Trouble{"flood", "did not answer PLAY", ErrorKind::unavailable},
        Trouble{"silent", "no packet for 1 s:", ErrorKind::unavailable},
        Trouble{"unknown-channel", "no packet for 1 s:", ErrorKind::unavailable},
        Trouble{"garbage-later", "cannot be read", ErrorKind::corrupt}, Trouble{"close", "closed the connection", ErrorKind::unavailable},
        Trouble{"bye", "ended the stream", ErrorKind::unavailable},
        Trouble{"redirect-loop?1", "follows no redirects", ErrorKind::refused},
        Trouble{"basic", "allow_basic = true", ErrorKind::refused},
        Trouble{"strange", "no way to log in", ErrorKind::refused}),
    [](const auto& trouble) {
      std::string name = trouble.param.mode.substr(0, trouble.param.mode.find('?'));
      std::erase(name, '-');
      return name;
    });

// A place that must not be contacted.
struct Stranger {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor{io, {boost::asio::ip::address_v4::loopback(), 0}};
  std::string port() const { return std::to_string(acceptor.local_endpoint().port()); }
  bool contacted() {
    acceptor.non_blocking(true);
    boost::system::error_code failed;
    acceptor.accept(failed);
    return !failed;
  }
};

TEST(RtspSession, FollowsNoRedirectAndNamesItsTargetWithoutTheCredentialsInIt) {
  Stranger stranger;
  const auto outcome = play("redirect?" + stranger.port());
  EXPECT_THAT(outcome.error, HasSubstr("camera answered 302"));
  EXPECT_THAT(outcome.error, HasSubstr("127.0.0.1:" + stranger.port()));
  EXPECT_THAT(outcome.error, Not(HasSubstr("secret")));
  EXPECT_FALSE(stranger.contacted());
}

TEST(RtspSession, NeverLeavesTheConnectionForAControlUrlThatPointsElsewhere) {
  Stranger stranger;
  const auto outcome = play("control-elsewhere?" + stranger.port(), 5);
  EXPECT_EQ(outcome.error, "");
  EXPECT_FALSE(stranger.contacted());
}

TEST(RtspSession, SaysWhatToCheckWhenNothingListens) {
  boost::asio::io_context io;  // taken, so that nobody else listens there either
  const boost::asio::ip::tcp::socket holder(io, {boost::asio::ip::address_v4::loopback(), 0});
  const auto port = std::to_string(holder.local_endpoint().port());
  const auto outcome = run_session(quick("rtsp://127.0.0.1:" + port + "/x"), 1);
  EXPECT_THAT(outcome.error, HasSubstr("cannot connect to 127.0.0.1:" + port + " (connection refused): check the address"));
}

TEST(RtspSession, RefusesAUrlThatHoldsAPassword) {
  const auto outcome = run_session(quick("rtsp://viewer:hidden@127.0.0.1/x"), 1);
  EXPECT_EQ(outcome.kind, ErrorKind::usage);
  EXPECT_THAT(outcome.error, Not(HasSubstr("hidden")));
}

}  // namespace
}  // namespace tenure::ingest::rtsp
