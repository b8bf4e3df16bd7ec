// One track of an ordinary movie: its samples laid on one time line, cut into chunks, and stbl written from them.
#pragma once
#include "media/boxes.h"
#include "media/movie.h"

namespace tenure::media {

struct PlacedSample {
  std::size_t source = 0;
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
  std::int64_t decode = 0;
  std::int32_t shift = 0;       // presentation minus decode
  std::uint32_t duration = 0;
  bool key = false;
};

struct Chunk {                  // samples [first, first + count), stored without a gap
  std::size_t first = 0, count = 0;
  std::uint64_t at = 0;         // in the joined file
};

struct PlacedTrack {
  Track track;
  std::vector<PlacedSample> samples;  // decode order
  std::vector<Chunk> chunks;
  std::int64_t delay = 0;       // the track begins this long after the movie, in its own timescale
  // G.711 without a gap: QuickTime's players want each byte of each channel to be a sample of its own.
  bool bytewise = false;
  std::uint64_t length() const; // of the media, in its timescale
};

// Cuts the samples into chunks of at most a second.
void cut_chunks(PlacedTrack& track);
// Writes the table; `wide` chooses co64.
void write_sample_table(ByteWriter& out, const PlacedTrack& track, bool wide);

}  // namespace tenure::media
