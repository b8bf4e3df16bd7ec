// Keeps one camera recording for as long as it lives: connects, plays, cuts segments, notices silence, reconnects with
// jittered back-off from 1 s to 30 s, writes gaps with their cause. A camera lives on one io_context; everything but
// status() runs on its thread. One camera's failure never reaches another (I14).
#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "config/settings.h"
#include "storage/recording/recorder.h"

namespace tenure::ingest {

struct CameraStatus {
  std::string name, state;          // "recording", "connecting", "waiting", "stopped"
  std::string why;                  // why not recording; names what to do
  std::optional<Instant> last_frame, since;
  double bits_per_second = 0, frames_per_second = 0;  // over the last few seconds
  std::string codec;
  std::uint16_t width = 0, height = 0;
  std::optional<Duration> clock_offset;  // camera minus trusted time
  std::uint64_t reconnects = 0, frames = 0, damaged = 0, reads = 0;
};

class Camera {
 public:
  struct Options {
    Duration segment_length = std::chrono::minutes(1);
    Duration longest_segment = std::chrono::minutes(2);   // a camera without key frames is cut here, and flagged
    Duration fragment_length = Seconds(2);
    std::size_t fragment_bytes = 1 << 20;
    Duration first_retry = Seconds(1), longest_retry = Seconds(30);
    Duration silence = Seconds(10);                       // no packet for this long: reconnect
  };
  Camera(boost::asio::io_context& io, config::Camera settings, Options options, storage::Recorder& recorder, const Clock& clock);
  ~Camera();
  // `since`: monotonic time from which on it ought to be recorded, where that is before now: what lies before is told elsewhere.
  void start(std::optional<Duration> since = std::nullopt);
  // Sends TEARDOWN, ends the segment; done when the io_context has run out of its work. From any thread.
  void stop();
  CameraStatus status() const;  // any thread

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tenure::ingest
