// moof: where one fragment's samples lie and when they are shown.
#pragma once
#include "media/movie.h"
#include "media/movie_header.h"

namespace tenure::media {

inline constexpr std::size_t kMaxSamples = 20'000'000;

// Reads the fragments of one movie in order and remembers what the format carries from one to the next.
class FragmentReader {
 public:
  // `bytes` is the source's size: no more bytes of samples are believed in.
  FragmentReader(std::vector<TrackHeader> tracks, std::uint64_t bytes);

  struct Found {
    std::vector<std::vector<MovieSample>> samples;  // by track, in decode order
    std::uint64_t end = 0;                          // of the last byte any sample names
    bool too_much = false;                          // more than the file has: it was cut off, or it lies; samples end early
  };
  // `moof` is the body of the box that starts at `offset`. Throws Error{corrupt}.
  Found read(View moof, std::uint64_t offset);
  const std::vector<TrackHeader>& tracks() const { return tracks_; }

 private:
  struct Run;  // one traf's state
  void read_traf(View traf, std::uint64_t offset, std::uint64_t& data_end, Found& found);
  void read_trun(View trun, Run& run);
  // False, with the fragment marked, when its bytes cannot be in the file.
  bool add_sample(Run& run, std::uint32_t duration, std::uint32_t size, std::uint32_t flags, std::int64_t shift);

  std::vector<TrackHeader> tracks_;
  std::vector<std::int64_t> next_decode_;  // by track
  std::uint64_t bytes_left_;
  std::size_t samples_left_ = kMaxSamples;
};

}  // namespace tenure::media
