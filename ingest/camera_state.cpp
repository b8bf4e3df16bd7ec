#include "ingest/camera_state.h"

#include <utility>

#include "base/log.h"

namespace tenure::ingest {

namespace {
constexpr Duration kKeyFramePatience = Seconds(30);
constexpr Duration kStep = Seconds(2);

Segmenter::Options segmenter_options(const config::Camera& settings, const Camera::Options& options) {
  return {settings.name, options.segment_length, options.longest_segment, options.fragment_length, options.fragment_bytes};
}
}  // namespace

CameraState::CameraState(config::Camera settings, Camera::Options options, storage::Recorder& recorder, const Clock& clock)
    : settings_(std::move(settings)), options_(options), clock_(clock), recorder_(recorder),
      segmenter_(segmenter_options(settings_, options), *this),
      gaps_([this](Interval span, const std::string& cause) { record_gap(span, cause); }) {
  auto shown = shown_.lock();
  shown->status.name = settings_.name;
  shown->status.state = "stopped";
}

void CameraState::begin(std::optional<Duration> since) {
  if (gaps_.is_recording()) return;
  const Duration waited = since ? clock_.monotonic() - *since : Duration::zero();
  gaps_.expect_from(clock_.now() - waited);
}

void CameraState::connecting() {
  follow_clock();
  playing_since_.reset();
  gaps_.tick(clock_.now());
  auto shown = shown_.lock();
  if (shown->status.state == "stopped") shown->status.why = "not yet connected";
  else ++shown->status.reconnects;
  shown->status.state = "connecting";  // not an event: the cause of the last failure says more, and stays
}

void CameraState::failed(const std::string& cause) {
  gaps_.cause(cause);
  set_state("waiting", cause);
}

Duration CameraState::end_session() {
  const Duration recorded = recording_since_ ? clock_.monotonic() - *recording_since_ : Duration::zero();
  segmenter_.finish();
  offset_.clear();
  recording_since_.reset();
  return recorded;
}

void CameraState::end() {
  follow_clock();
  gaps_.finish(clock_.now());
  set_state("stopped", "");
}

CameraStatus CameraState::status() const {
  const auto now = clock_.monotonic();
  auto shown = shown_.lock();
  CameraStatus status = shown->status;
  status.bits_per_second = shown->rates.bits_per_second(now);
  status.frames_per_second = shown->rates.frames_per_second(now);
  return status;
}

void CameraState::on_playing(const std::vector<rtsp::StreamInfo>& streams) {
  playing_since_ = clock_.monotonic();
  segmenter_.play(streams);
}

void CameraState::on_unit(AccessUnit unit) {
  if (follow_clock()) unit.arrived = clock_.now();
  const auto now = clock_.monotonic();
  const bool video = media::is_video(unit.codec);
  std::size_t bytes = unit.data.size();
  for (const auto& nal : unit.nals) bytes += nal.size();
  {
    auto shown = shown_.lock();
    shown->rates.add(now, bytes, video ? 1 : 0);
    if (video) {
      shown->status.last_frame = unit.arrived;
      ++shown->status.frames;
    }
    if (unit.damaged) ++shown->status.damaged;
  }
  segmenter_.add(unit);
  if (segmenter_.recording()) return;
  gaps_.tick(unit.arrived);
  if (playing_since_ && now - *playing_since_ > kKeyFramePatience)
    notice("pictures come, but no key frame for 30 s: set the camera's key-frame interval to 4 s or less");
}

void CameraState::on_sender_report(const rtsp::SenderReport& report) {
  if (!media::is_video(report.codec)) return;
  offset_.add(report.camera_time, report.received);
  shown_.lock()->status.clock_offset = offset_.median();
}

void CameraState::on_read(std::size_t) { ++shown_.lock()->status.reads; }

void CameraState::open_segment(Instant start, std::uint32_t run) {
  segment_ = recorder_.open(settings_.name, settings_.cls, start, run);
  gaps_.recording(start);
  if (!recording_since_) recording_since_ = clock_.monotonic();
  const auto& track = segmenter_.video();
  bool changed = false;
  {
    auto shown = shown_.lock();
    auto& status = shown->status;
    changed = status.state != "recording";
    status.codec = media::to_string(track.codec);
    status.width = track.width;
    status.height = track.height;
  }
  if (changed) set_state("recording", "");
}

bool CameraState::append_fragment(storage::Fragment fragment) {
  if (recorder_.append(segment_, std::move(fragment))) return true;
  playing_since_ = clock_.monotonic();  // what was played before says nothing of the key frame that is waited for now
  failed("the disk for recordings was full, away or too slow");  // stands on the signed page as well
  return false;
}

void CameraState::close_segment(Interval span) {
  recorder_.close(segment_, span, offset_.median());
  gaps_.stopped(span.to);
}

void CameraState::missing(Interval span, const std::string& cause) { record_gap(span, cause); }

void CameraState::notice(const std::string& text) {
  gaps_.cause(text);
  if (segmenter_.recording()) return log_event("note=\"" + log_safe(text) + "\"", true);
  set_state("connecting", text);
}

// What was recorded before the step has been moved with it by storage; the run ends where it is, the next one begins on the
// new time, and the step itself is no gap.
bool CameraState::follow_clock() {
  const Instant line = clock_.now() - clock_.monotonic();
  const auto before = std::exchange(clock_line_, line);
  if (!before) return false;
  const Duration step = line - *before;
  if (step <= kStep && -step <= kStep) return false;
  const bool was_recording = segmenter_.recording();
  segmenter_.clock_stepped(step);
  gaps_.moved(step);
  if (was_recording) {
    playing_since_ = clock_.monotonic();
    gaps_.cause("the time was set; recording went on at the next key frame");
  }
  offset_.clear();
  log_event("note=\"trusted time stepped by " + to_text(step < Duration::zero() ? -step : step) + "\"", false);
  return true;
}

void CameraState::set_state(const std::string& state, const std::string& why) {
  {
    auto shown = shown_.lock();
    if (shown->status.state != state) shown->status.since = clock_.now();
    shown->status.state = state;
    shown->status.why = why;
  }
  const bool trouble = !why.empty();
  log_event("state=" + state + (trouble ? " cause=\"" + log_safe(why) + "\"" : ""), trouble);
}

void CameraState::log_event(const std::string& event, bool trouble) {
  if (!limiter_.allows(event, clock_.monotonic())) return;
  log_at(trouble ? LogLevel::warning : LogLevel::info, "camera={} {}", settings_.name, event);
}

void CameraState::record_gap(Interval span, const std::string& cause) {
  recorder_.gap(settings_.name, span, cause);
  log_info("camera={} gap={} cause=\"{}\"", settings_.name, to_text(span.length()), log_safe(cause));
}

}  // namespace tenure::ingest
