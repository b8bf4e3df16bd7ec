// What there is to export of a source in a span: the readable segments, grouped into unbroken stretches with one
// parameter set each, and in words what is missing and why. Every segment passes may_read() here, before anything is
// announced or sent, and again whenever it is opened. One thread at a time.
#pragma once
#include "disclosure/export.h"
#include "media/movie.h"

namespace tenure::disclosure {

struct Piece {
  storage::SegmentRow row;
  std::uint64_t plain_bytes = 0;
  Digest init{};                     // of the codec set-up: pieces of one stretch share it
};

using Stretch = std::vector<Piece>;  // in order, of one run

struct Recorded {
  std::vector<Stretch> stretches;
  std::vector<storage::Gap> gaps;
  std::vector<std::string> notes;
};

// How far it is, 0 to 1, and in words.
using Progress = std::function<void(double done, const std::string& what)>;

// Reads all of it once. Throws Error: not_found (no such source), usage (the span), refused (nothing readable: says what
// there is); and what `progress` throws, which is told a hundred times at most.
Recorded find_recorded(const ExportContext& context, const SpanRequest& request, const Progress& progress);

// The bytes of a piece, readable at any offset. At most one piece is open at a time, so that a long export holds one
// descriptor; each opening asks may_read() again (I4).
class PieceReader {
 public:
  explicit PieceReader(const ExportContext& context) : context_(context) {}
  media::ByteSource source(const Piece& piece);

 private:
  storage::SealedReader& open(const SegmentId& id);
  const ExportContext& context_;
  std::optional<SegmentId> current_;
  std::optional<storage::SealedReader> reader_;
};

// Instants of a piece's samples: its own first picture is at its row's start, so no drift is carried along a run.
class PieceClock {
 public:
  PieceClock(const Piece& piece, const media::Movie& movie);
  Instant at(std::int64_t pts) const;
  double seconds_of(Instant at) const;  // on the run's time line, for media::keep_between

 private:
  Instant start_;
  std::int64_t first_ = 0;
  std::uint32_t timescale_ = 1;
};

// {"kind":…,"source":…,"from":…,"to":…,"segments":[ids]}; a long list as first, last and count.
std::string subject_of(const std::string& kind, const SpanRequest& request, const Recorded& recorded);

}  // namespace tenure::disclosure
