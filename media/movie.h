// Reads fragmented MP4, ours and libav's, from anything that can be read at an offset; and joins several into one
// ordinary MP4 or MOV with its index in front, without holding more than the index in memory. Every length is bounded;
// bytes may be hostile (fuzzed). No threads.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "media/track.h"

namespace tenure::media {

struct ByteSource {
  std::uint64_t size = 0;
  std::function<void(std::uint64_t offset, std::span<std::uint8_t> out)> read;  // whole or throws
};
ByteSource source_of(View bytes);  // the view must outlive it

struct MovieSample {
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
  std::int64_t dts = 0, pts = 0;
  std::uint32_t duration = 0;
  bool key = false;
};

struct Movie {
  struct MovieTrack {
    Track track;
    std::vector<MovieSample> samples;  // decode order
  };
  std::vector<MovieTrack> tracks;      // video first when there is one
};

// Throws Error{corrupt} saying which box is wrong. A file cut off within its last fragment gives the whole ones before.
Movie read_movie(const ByteSource& source);

struct CopyRange {
  std::size_t source = 0;              // index of the movie it comes from
  std::uint64_t offset = 0, size = 0;
};

struct JoinedFile {
  Blob head;                           // ftyp + moov + mdat header
  std::vector<CopyRange> ranges;       // the media, in order, to be copied after it
  std::uint64_t size = 0;              // of the whole file
  bool quicktime = false;              // MOV, because a track is G.711; the name should end in .mov
};

// One file from movies of one run, in order: their samples' times continue from movie to movie on the run's own time
// line, so nothing is guessed. The first sample presented gets time 0; there is no edit list, so nothing is hidden.
// Callers that want a part drop samples from the Movie first (keep_from()). Throws Error{refused} when the movies' tracks
// differ (a new parameter set needs a file of its own) or there is no sample.
JoinedFile join(const std::vector<const Movie*>& movies);

// Drops what lies wholly outside [from, to) seconds on the run's time line (both ends optional), at whole GOPs for the
// video: it begins at the last key frame at or before `from`.
void keep_between(Movie& movie, std::optional<double> from, std::optional<double> to);

// Writes head and ranges through `write`, reading at most 256 KiB at a time.
void write_joined(const JoinedFile& file, const std::vector<ByteSource>& sources, const std::function<void(View)>& write);

}  // namespace tenure::media
