// RTSPS: whom we talk to is settled before a user's name leaves this machine.
#include <gmock/gmock.h>

#include <boost/filesystem/operations.hpp>
#include <cstdlib>

#include "rtsp_probe.h"

namespace tenure::ingest::rtsp {
namespace {

using testing::HasSubstr;
using testing::Not;

// Certificates made for one test: `camera` is self-signed, `other` too, `issued` comes from an authority nobody knows.
class RtspTls : public testing::Test {
 protected:
  RtspTls() {
    make_directories(folder_);
    if (std::system(("bash " + support_file("make_certificates.sh") + " " + folder_.string() + " >/dev/null 2>&1").c_str()) != 0)
      throw Error(ErrorKind::internal, "make_certificates.sh failed: is openssl installed?");
  }
  ~RtspTls() override { boost::filesystem::remove_all(folder_); }
  std::string pin(const std::string& name) const {
    const Blob bytes = read_whole(folder_ / (name + ".sha256"));
    return std::string(as_text(bytes).substr(0, 64));
  }
  CameraProcess camera(const std::string& name) const {
    return CameraProcess({"/usr/bin/python3", support_file("hostile_camera.py"), "--tls", (folder_ / name).string()});
  }
  static Outcome play(const CameraProcess& camera, const std::string& pin, const std::string& mode = "md5", const std::string& host = "127.0.0.1", Duration patience = Seconds(20)) {
    auto settings = quick("rtsps://" + host + ":" + std::to_string(camera.port()) + "/" + mode);
    settings.username = "viewer";
    settings.password = "right:pass";
    settings.certificate_sha256 = pin;
    settings.connect_timeout = patience;
    return run_session(settings, 3);
  }

 private:
  Path folder_ = boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenure-tls-%%%%-%%%%");
};

TEST_F(RtspTls, PlaysFromTheCameraWhoseCertificateIsPinned) {
  const auto process = camera("camera");
  EXPECT_EQ(play(process, pin("camera")).error, "");
  EXPECT_EQ(play(process, pin("camera"), "md5", "localhost").error, "") << "a pin needs no name";
}

TEST_F(RtspTls, SendsAPasswordByBasicToThePinnedCameraOnly) {
  EXPECT_EQ(play(camera("camera"), pin("camera"), "basic").error, "");
  auto other = camera("other");
  EXPECT_THAT(play(other, pin("camera"), "basic").error, HasSubstr("not the one in certificate_sha256"));
  EXPECT_EQ(other.line(), "no TLS");
}

TEST_F(RtspTls, SaysNothingToACameraWhoseCertificateChanged) {
  auto other = camera("other");
  const auto outcome = play(other, pin("camera"));
  EXPECT_EQ(outcome.kind, ErrorKind::refused);
  EXPECT_THAT(outcome.error, HasSubstr("it now is " + pin("other") + ": check whether the camera was replaced or reset"));
  EXPECT_THAT(outcome.error, Not(HasSubstr("right:pass")));
  EXPECT_EQ(other.line(), "no TLS") << "its first line: not even an OPTIONS came";
}

TEST_F(RtspTls, RefusesACertificateThatNobodyVouchesForAndNamesThePin) {
  for (const char* name : {"camera", "issued"}) {
    auto process = camera(name);
    const auto outcome = play(process, "");
    EXPECT_EQ(outcome.kind, ErrorKind::refused);
    EXPECT_THAT(outcome.error, HasSubstr("set certificate_sha256 = \"" + pin(name) + '"'));
    EXPECT_EQ(process.line(), "no TLS");
  }
}

TEST_F(RtspTls, PlaysFromACameraWithAnAuthorityThatNobodyKnowsWhenItIsPinned) {
  EXPECT_EQ(play(camera("issued"), pin("issued")).error, "");
}

TEST_F(RtspTls, SaysWhenThePortSpeaksNoTls) {
  const auto said = [](const std::string& pinned) { return play(hostile_camera(), pinned, "mute", "127.0.0.1", Seconds(2)).error; };
  EXPECT_THAT(said(""), HasSubstr("check that the camera offers RTSPS on this port"));
  EXPECT_THAT(said(pin("camera")), HasSubstr("no TLS"));
}

}  // namespace
}  // namespace tenure::ingest::rtsp
