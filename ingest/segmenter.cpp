#include "ingest/segmenter.h"

#include <algorithm>

#include "base/digest.h"

namespace tenure::ingest {

namespace {
constexpr std::size_t kLargestUnit = 8 << 20;  // a 4K key frame is 2 MiB at its worst
constexpr Duration kLeastMissing = Seconds(1);

// The same on every machine and in every version, unlike std::hash.
std::uint32_t spread(const std::string& source) {
  const auto digest = sha256(as_view(source));
  ByteReader reader(digest);
  return reader.u32();
}
}  // namespace

Segmenter::Segmenter(Options options, SegmentSink& sink) : options_(std::move(options)), sink_(sink) {}

void Segmenter::play(const std::vector<rtsp::StreamInfo>& streams) {
  finish();
  video_info_.reset();
  audio_info_.reset();
  audio_track_.reset();
  for (const auto& stream : streams) {
    auto& info = media::is_video(stream.codec) ? video_info_ : audio_info_;
    if (!info) info = stream;
  }
  if (!video_info_) return sink_.notice("the camera offers no H.264 or H.265 picture: choose one of them in its settings");
  sets_ = InBandSets(video_info_->parameter_sets);
  timeline_ = Timeline(video_info_->clock_rate);
  if (!audio_info_) return;
  if (audio_info_->codec == media::Codec::aac) audio_track_ = media::aac_track(audio_info_->audio_config);
  else audio_track_ = media::g711_track(audio_info_->codec);
  if (!audio_track_) return sink_.notice("the camera's sound is not AAC-LC with a known rate: only its picture is recorded");
  if (audio_info_->clock_rate > 0) audio_track_->timescale = audio_info_->clock_rate;
  audio_line_ = Timeline(audio_track_->timescale);
}

void Segmenter::add(const AccessUnit& unit) {
  if (media::is_video(unit.codec)) {
    if (video_info_ && unit.codec == video_info_->codec) add_video(unit);
  } else if (audio_info_ && unit.codec == audio_info_->codec) {
    add_audio(unit);
  }
}

void Segmenter::add_video(const AccessUnit& unit) {
  sets_changed_ |= sets_.update(unit.codec, unit.nals);
  Blob data = join_nals(unit.nals);
  if (data.empty()) return;
  if (data.size() > kLargestUnit) return sink_.notice("a picture over 8 MiB was left out");
  const bool key = unit.key && !unit.damaged;  // decisions/0004: nothing begins at a damaged picture
  if (recording_) return place_and_cut(unit, key, std::move(data));
  if (!key) return;
  if (begin_run(unit)) builder_.add_video({.pts = 0, .duration = 0, .key = true, .data = std::move(data)});
}

void Segmenter::place_and_cut(const AccessUnit& unit, bool key, Blob data) {
  const std::int64_t highest = timeline_.highest();
  const auto placed = timeline_.place(unit.rtp_time, unit.arrived);
  const char* cause = placed.step ? "the camera's timestamps jumped" : "the camera sent no pictures";
  if (placed.step) break_due_ = true;
  if (break_due_ && key) {
    sink_.notice("the camera's timestamps jumped");
    end_run();
    if (begin_run(unit)) builder_.add_video({.pts = 0, .duration = 0, .key = true, .data = std::move(data)});
    return;
  }
  report_missing(placed, cause);
  if (placed.pts < 0) return;  // leading pictures of an open GOP, whose references were never received
  reordered_ |= placed.pts < highest;
  const bool runaway = builder_.bytes() + data.size() > 4 * options_.fragment_bytes;
  const bool edge = placed.pts > highest || runaway;  // everything before has been shown: a cut loses no order
  const Instant at = timeline_.time_of(placed.pts);
  if (edge && key && (sets_changed_ || at >= boundary_)) {
    next_segment(placed.pts);
  } else if (edge && at - segment_start_ >= options_.longest_segment) {
    sink_.notice("no key frame for " + to_text(at - segment_start_) + ": the segment was cut without one; set the camera's key-frame interval to 4 s or less");
    next_segment(placed.pts);
  } else if (edge && builder_.has_video()) {
    const auto length = timeline_.length_of(placed.pts - builder_.first_pts());
    const bool large = builder_.bytes() + data.size() > options_.fragment_bytes;
    if (key || large || builder_.full() || length >= options_.fragment_length) flush_before(placed.pts);
  }
  if (!recording_) return add_video(unit);  // storage refused; a key frame begins again at once
  builder_.add_video({.pts = builder_.free_tick(std::max(placed.pts, floor_)), .duration = 0, .key = key, .data = std::move(data)});
}

void Segmenter::add_audio(const AccessUnit& unit) {
  if (!recording_ || !audio_track_ || unit.data.empty() || unit.damaged) return;
  if (unit.data.size() > options_.fragment_bytes) return;
  std::int64_t pts = 0;
  if (audio_begun_) {
    pts = audio_line_.place(unit.rtp_time, unit.arrived).pts;
  } else {
    audio_begun_ = true;
    pts = std::max<std::int64_t>(0, audio_line_.ticks_of(unit.arrived - run_start_));
    audio_line_.begin(unit.rtp_time, run_start_, pts);
  }
  pts = std::max(pts, audio_floor_);
  const auto ticks = audio_track_->codec == media::Codec::aac ? 1024u : static_cast<std::uint32_t>(unit.data.size());
  // Clocks of sound and arrival differ by a few ticks: only a real hole is left open.
  if (pts - audio_floor_ < audio_track_->timescale / 50 && audio_floor_ > 0) pts = audio_floor_;
  audio_floor_ = pts + ticks;
  builder_.add_audio({.pts = pts, .duration = ticks, .key = true, .data = unit.data});
  const bool pictures_stopped = builder_.full() || builder_.bytes() > 4 * options_.fragment_bytes;
  if (pictures_stopped) flush(static_cast<std::uint32_t>(timeline_.usual_step()));
}

void Segmenter::finish() {
  if (recording_) end_run();
}

void Segmenter::clock_stepped(Duration by) {
  finish();
  covered_until_ += by;
}

bool Segmenter::begin_run(const AccessUnit& unit) {
  if (!adopt_track()) return false;
  // A run starts when it arrives, but never before what is already recorded ends.
  run_start_ = std::max(unit.arrived, covered_until_);
  const auto seconds = std::chrono::duration_cast<Seconds>(run_start_.time_since_epoch()).count();
  run_ = std::max(run_ + 1, static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, 0xffff'fff0)));
  timeline_.begin(unit.rtp_time, run_start_);
  recording_ = true;
  break_due_ = reordered_ = audio_begun_ = false;
  floor_ = audio_floor_ = 0;
  builder_.begin_run();
  open_segment(run_start_);
  return recording_;
}

void Segmenter::end_run() {
  flush(static_cast<std::uint32_t>(std::min(timeline_.usual_step(), timeline_.ticks_of(options_.fragment_length))));
  if (recording_) close_segment();
  recording_ = false;
}

bool Segmenter::adopt_track() {
  auto track = media::video_track(video_info_->codec, sets_.sets());
  if (!track) {
    sink_.notice("a key frame came without complete parameter sets (SPS, PPS): waiting for one that has them");
    return false;
  }
  track->timescale = video_info_->clock_rate == 0 ? 90'000 : video_info_->clock_rate;
  track_ = std::move(*track);
  sets_changed_ = false;
  return true;
}

std::vector<media::Track> Segmenter::tracks() const {
  std::vector<media::Track> all{track_};
  if (audio_track_) all.push_back(*audio_track_);
  return all;
}

void Segmenter::open_segment(Instant start) {
  segment_start_ = covered_until_ = start;
  boundary_ = next_boundary(start);
  sequence_ = 0;
  sink_.open_segment(start, run_);
  if (sink_.append_fragment(init_fragment(tracks(), start))) return;
  close_segment();
  recording_ = false;
}

void Segmenter::close_segment() { sink_.close_segment({segment_start_, covered_until_}); }

void Segmenter::next_segment(std::int64_t pts) {
  flush_before(pts);
  if (!recording_) return;
  close_segment();
  if (sets_changed_ && !adopt_track()) {
    recording_ = false;
    return;
  }
  open_segment(covered_until_);
}

void Segmenter::flush_before(std::int64_t pts) {
  std::int64_t last = pts - builder_.last_pts();
  // With reordering, pictures shown before `pts` may still come: then the usual distance is the better guess.
  if (reordered_ && builder_.mean_step() > 0) last = std::min(last, builder_.mean_step());
  flush(static_cast<std::uint32_t>(std::clamp<std::int64_t>(last, 1, 0x7fff'ffff)));
}

void Segmenter::flush(std::uint32_t last_duration) {
  if (builder_.empty() || !recording_) return;
  std::int64_t end = floor_;
  auto fragment = builder_.build(++sequence_, last_duration, end);
  floor_ = end;
  const Instant to = std::max(timeline_.time_of(end), covered_until_);
  fragment.span = {covered_until_, to};
  if (sink_.append_fragment(std::move(fragment))) {
    covered_until_ = to;
    return;
  }
  close_segment();
  recording_ = false;
}

void Segmenter::report_missing(const Timeline::Placed& placed, const std::string& cause) {
  if (placed.missing < kLeastMissing) return;
  const Instant to = timeline_.time_of(placed.pts);
  sink_.missing({to - placed.missing, to}, cause);
}

Instant Segmenter::next_boundary(Instant after) const {
  const auto length = std::max<std::int64_t>(1, options_.segment_length.count());
  const std::int64_t offset = static_cast<std::int64_t>(spread(options_.source)) * 1000 % length;
  const std::int64_t since = micros_of(after) - offset;
  return instant_from_micros(since - since % length + length + offset);
}

}  // namespace tenure::ingest
