// Cuts what one camera sends into fragments (a GOP, 2 s or 1 MiB, whichever ends first) and segments (from a key frame
// to the first key frame after the minute + hash(source) mod 60 s; cut without one after 120 s, flagged). A run is an
// unbroken time line: samples' times continue over its segments; a break (reconnect, RTP step, refused fragment) begins
// a new run at the next key frame with complete parameter sets. Pure: acts only through its SegmentSink. One thread.
#pragma once
#include <optional>

#include "ingest/fragment_builder.h"
#include "ingest/in_band_sets.h"
#include "ingest/rtsp/session.h"
#include "ingest/timeline.h"

namespace tenure::ingest {

class SegmentSink {
 public:
  virtual ~SegmentSink() = default;
  virtual void open_segment(Instant start, std::uint32_t run) = 0;
  // False: the fragment was not kept; the segmenter closes the segment and goes on at the next key frame.
  [[nodiscard]] virtual bool append_fragment(storage::Fragment fragment) = 0;
  virtual void close_segment(Interval span) = 0;
  // Pictures missing inside a run: the recording goes on, this part of it holds none.
  virtual void missing(Interval span, const std::string& cause) = 0;
  // Why what comes next is not, or not yet, recorded; why a segment was cut out of turn. For people.
  virtual void notice(const std::string& text) = 0;
};

class Segmenter {
 public:
  struct Options {
    std::string source;
    Duration segment_length = std::chrono::minutes(1);
    Duration longest_segment = std::chrono::minutes(2);
    Duration fragment_length = Seconds(2);
    std::size_t fragment_bytes = 1 << 20;
  };
  Segmenter(Options options, SegmentSink& sink);

  // A session plays: what was open ends, the next key frame begins a run. Video first; a camera without video records
  // nothing.
  void play(const std::vector<rtsp::StreamInfo>& streams);
  void add(const AccessUnit& unit);
  // Ends run and segment with what has come.
  void finish();
  // Trusted time moved, and all that was recorded with it: ends the run on the old time.
  void clock_stepped(Duration by);
  bool recording() const { return recording_; }
  const media::Track& video() const { return track_; }

 private:
  void add_video(const AccessUnit& unit);
  void add_audio(const AccessUnit& unit);
  void place_and_cut(const AccessUnit& unit, bool key, Blob data);
  bool begin_run(const AccessUnit& unit);
  void end_run();
  bool adopt_track();
  void open_segment(Instant start);
  void close_segment();
  void next_segment(std::int64_t pts);
  void flush_before(std::int64_t pts);
  void flush(std::uint32_t last_duration);
  void report_missing(const Timeline::Placed& placed, const std::string& cause);
  Instant next_boundary(Instant after) const;
  std::vector<media::Track> tracks() const;

  const Options options_;
  SegmentSink& sink_;
  std::optional<rtsp::StreamInfo> video_info_, audio_info_;
  InBandSets sets_;
  media::Track track_;
  std::optional<media::Track> audio_track_;
  bool sets_changed_ = false, recording_ = false, break_due_ = false, reordered_ = false, audio_begun_ = false;
  std::uint32_t run_ = 0, sequence_ = 0;
  Timeline timeline_{90'000}, audio_line_{8'000};
  std::int64_t floor_ = 0;        // first tick not yet given away by a built fragment
  std::int64_t audio_floor_ = 0;
  Instant run_start_, segment_start_, covered_until_, boundary_;
  FragmentBuilder builder_;
};

}  // namespace tenure::ingest
