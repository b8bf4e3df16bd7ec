// What a camera's state says, from pictures of the test's choosing and a recorder that takes nothing.
#include "ingest/camera_state.h"

#include <gmock/gmock.h>

#include <boost/filesystem/operations.hpp>

#include "storage/keys/key_slots.h"
#include "storage/recording/recorder.h"
#include "storage/vault/vault.h"
#include "tests/ingest/units.h"

namespace tenure::ingest {
namespace {
using namespace testing;
namespace fs = boost::filesystem;

class StateOfACamera : public ::testing::Test {
 protected:
  StateOfACamera() { make_directories(folder_); }
  ~StateOfACamera() override {
    recorder_.reset();
    fs::remove_all(folder_);
  }
  static config::Camera front() {
    config::Camera camera;
    camera.name = "front";
    return camera;
  }
  // As its session does: each picture arrives when the clock says.
  void send_seconds(int seconds) {
    for (int i = 0; i < seconds * 25; ++i) {
      pictures_.now = clock_.now();
      state_->on_unit(pictures_.unit(pictures_.sent % pictures_.gop == 0));
      ++pictures_.sent;
      pictures_.pass(Millis(40));
      clock_.advance(Millis(40));
    }
  }

  Path folder_ = fs::temp_directory_path() / fs::unique_path("tenure-state-%%%%%%%%");
  SimulatedClock clock_{kNoon};
  storage::Vaults vaults_{{{"main", folder_ / "vault", {}}}, false};
  std::unique_ptr<storage::KeySlots> keys_ = (make_directories(folder_), std::make_unique<storage::KeySlots>(folder_ / "keys", Key{}));
  // A queue without room: as when the disk is full.
  std::unique_ptr<storage::Recorder> recorder_ =
      std::make_unique<storage::Recorder>(storage::Recorder::Options{.queue_bytes = 1}, clock_, vaults_, *keys_);
  std::unique_ptr<CameraState> state_ = std::make_unique<CameraState>(front(), Camera::Options{}, *recorder_, clock_);
  KeepingSink unused_;
  Segmenter nowhere_{Segmenter::Options{.source = "front"}, unused_};
  FakeCamera pictures_{nowhere_};
};

TEST_F(StateOfACamera, DoesNotBlameTheCamerasKeyFramesForADiskThatTakesNothing) {
  state_->begin();
  state_->connecting();
  rtsp::StreamInfo info;
  info.parameter_sets = {.vps = {}, .sps = {small_sps()}, .pps = {pps()}};
  state_->on_playing({info});
  for (int second = 0; second < 60; ++second) {
    send_seconds(1);
    ASSERT_THAT(state_->status().why, ::testing::Not(::testing::HasSubstr("key frame"))) << "after " << second << " s";
  }
  EXPECT_EQ(state_->status().why, "the disk for recordings was full, away or too slow");
  EXPECT_LE(state_->status().why.size(), 60u) << "it is a gap's cause, which the promise report cuts there";
}

TEST_F(StateOfACamera, DoesNotBlameTheCamerasKeyFramesForTheTimeThatWasSet) {
  recorder_ = std::make_unique<storage::Recorder>(storage::Recorder::Options{}, clock_, vaults_, *keys_);
  state_ = std::make_unique<CameraState>(front(), Camera::Options{}, *recorder_, clock_);
  state_->begin();
  state_->connecting();
  rtsp::StreamInfo info;
  info.parameter_sets = {.vps = {}, .sps = {small_sps()}, .pps = {pps()}};
  state_->on_playing({info});
  send_seconds(40);
  ASSERT_EQ(state_->status().state, "recording");
  pictures_.sent = 1;
  pictures_.gop = 1 << 20;  // the next key frame is far
  clock_.set({clock_.now() + std::chrono::hours(3), clock_.now() + std::chrono::hours(3)});
  send_seconds(2);
  EXPECT_EQ(state_->status().why, "");
  send_seconds(30);
  EXPECT_THAT(state_->status().why, ::testing::HasSubstr("no key frame for 30 s"));
}

TEST_F(StateOfACamera, TellsOfAKeyFrameThatDoesNotCome) {
  state_->begin();
  state_->connecting();
  state_->on_playing({rtsp::StreamInfo{}});
  pictures_.sent = 1;
  pictures_.gop = 1 << 20;
  send_seconds(31);
  EXPECT_THAT(state_->status().why, ::testing::HasSubstr("no key frame for 30 s"));
}

}  // namespace
}  // namespace tenure::ingest
