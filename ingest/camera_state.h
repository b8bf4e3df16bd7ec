// What one camera is doing, without its sockets: takes what a session delivers, passes it through the segmenter to the
// recorder, keeps the status and the gaps. On the camera's io thread, except status().
#pragma once
#include "base/entropy.h"
#include "base/error.h"
#include "base/synchronized.h"
#include "ingest/camera.h"
#include "ingest/clock_offset.h"
#include "ingest/gap_tracker.h"
#include "ingest/log_limiter.h"
#include "ingest/rate_meter.h"
#include "ingest/segmenter.h"

namespace tenure::ingest {

class CameraState : public rtsp::Handler, public SegmentSink {
 public:
  CameraState(config::Camera settings, Camera::Options options, storage::Recorder& recorder, const Clock& clock);

  void begin(std::optional<Duration> since = std::nullopt);  // from then, or from now on, the camera ought to be recorded
  void connecting();
  void failed(const std::string& cause);   // the session ended, or the next one cannot begin
  Duration end_session();                  // closes what is open; how long the session recorded
  void end();
  CameraStatus status() const;             // any thread

  void on_playing(const std::vector<rtsp::StreamInfo>& streams) override;
  void on_unit(AccessUnit unit) override;
  void on_sender_report(const rtsp::SenderReport& report) override;
  void on_read(std::size_t bytes) override;

  void open_segment(Instant start, std::uint32_t run) override;
  bool append_fragment(storage::Fragment fragment) override;
  void close_segment(Interval span) override;
  void missing(Interval span, const std::string& cause) override;
  void notice(const std::string& text) override;

 protected:
  const config::Camera settings_;
  const Camera::Options options_;
  const Clock& clock_;

 private:
  struct Shown {
    CameraStatus status;
    RateMeter rates;
  };
  void set_state(const std::string& state, const std::string& why);
  void log_event(const std::string& event, bool trouble);
  bool follow_clock();  // true when trusted time took a step since the last look
  void record_gap(Interval span, const std::string& cause);
  storage::Recorder& recorder_;
  Segmenter segmenter_;
  GapTracker gaps_;
  LogLimiter limiter_;
  ClockOffset offset_;
  mutable Synchronized<Shown> shown_;
  SegmentId segment_;
  std::optional<Instant> clock_line_;  // trusted time at boot: moves only when trusted time steps
  std::optional<Duration> playing_since_, recording_since_;  // monotonic
};

}  // namespace tenure::ingest
