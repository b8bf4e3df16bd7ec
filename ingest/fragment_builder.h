// Collects the samples of one fragment and turns them into the bytes and the map entry that storage keeps. Pure.
#pragma once
#include <array>

#include "ingest/access_unit.h"
#include "media/fmp4_writer.h"
#include "storage/sealed/sealed_file.h"

namespace tenure::ingest {

class FragmentBuilder {
 public:
  static constexpr std::size_t kMostSamples = 1000;

  void begin_run() { *this = {}; }
  void add_video(media::Sample sample);
  void add_audio(media::Sample sample);
  bool empty() const { return video_.empty() && audio_.empty(); }
  bool has_video() const { return !video_.empty(); }
  bool full() const { return video_.size() + audio_.size() >= kMostSamples; }
  std::size_t bytes() const { return bytes_; }
  std::int64_t first_pts() const { return lowest_; }  // of the pictures, in order of showing
  std::int64_t last_pts() const { return highest_; }
  std::int64_t mean_step() const;  // between pictures; 0 when there are not two
  // Two pictures never share a time: the next free tick at or after `pts`.
  std::int64_t free_tick(std::int64_t pts) const;

  // The fragment without its trusted span. The picture shown last gets `last_duration`; the builder is empty afterwards.
  // `last_end` becomes the end of the last picture in ticks.
  storage::Fragment build(std::uint32_t sequence, std::uint32_t last_duration, std::int64_t& last_end);

 private:
  void set_durations(std::uint32_t last_duration, std::int64_t& last_end);
  std::vector<media::Sample> video_, audio_;
  std::size_t bytes_ = 0;
  std::array<std::int64_t, 2> decoded_{};  // decode times given away by the run's fragments so far
  std::int64_t lowest_ = 0, highest_ = 0;
};

// The first fragment of a segment: ftyp + moov, with each track's codec configuration as a leaf of the hash tree.
storage::Fragment init_fragment(const std::vector<media::Track>& tracks, Instant at);
// A picture's NAL units as one length-prefixed sample; empty units are left out.
Blob join_nals(const std::vector<Blob>& nals);

}  // namespace tenure::ingest
