#include "disclosure/recorded.h"

#include <algorithm>

#include "base/error.h"
#include "disclosure/missing.h"

namespace tenure::disclosure {

namespace {
constexpr Duration kLargestJoint = Seconds(1);       // between segments that follow each other
constexpr std::size_t kLongestStretch = 12 * 60;     // pieces: bounds the index that a joined file keeps in memory
constexpr std::size_t kMostSegments = 100'000;

void check_request(const ExportContext& context, const SpanRequest& request) {
  if (request.span.empty())
    throw Error(ErrorKind::usage, "The span is empty: --from " + to_rfc3339(request.span.from) + " must be before --to " + to_rfc3339(request.span.to) + ".");
  const auto sources = context.storage.catalogue().sources();
  std::string names;
  for (const auto& source : sources) {
    if (source.kind != storage::Kind::camera) continue;
    if (source.name == request.source) return;
    names += (names.empty() ? "" : ", ") + source.name;
  }
  throw Error(ErrorKind::not_found, "There is no camera named " + request.source + "; there are: " + (names.empty() ? "none yet" : names) + ".");
}

// The codec set-up comes first in a segment; its digest stands for "the same parameter sets".
Digest init_of(storage::SealedReader& reader) {
  const auto& fragments = reader.footer().fragments;
  if (fragments.empty() || fragments.front().kind != storage::FragmentKind::init) return {};
  return sha256(reader.read_fragment(0));
}

bool follows(const Piece& before, const Piece& next) {
  const auto joint = next.row.span.from - before.row.span.to;
  return before.row.run == next.row.run && before.init == next.init && joint <= kLargestJoint && joint >= -kLargestJoint;
}

bool has_media(const storage::SealedFooter& footer) {
  return std::any_of(footer.fragments.begin(), footer.fragments.end(), [](const auto& one) { return one.kind == storage::FragmentKind::media; });
}

std::optional<Piece> look_at(const ExportContext& context, const storage::SegmentRow& row, Missing& missing) {
  try {
    auto reader = context.storage.open(row.id, context.actor, storage::Purpose::export_copy);
    const auto& footer = reader.footer();
    if (!has_media(footer)) return std::nullopt;  // it has only just begun
    Piece piece{row, reader.plain_size(), init_of(reader)};
    // Until its commit, up to one group sync after its end, the row does not say how far it reaches.
    if (row.state == storage::State::reserved) piece.row.span.to = footer.span.to;
    return piece;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::refused || error.kind() == ErrorKind::not_found) {
      missing.unreadable(row, error.message());
      return std::nullopt;
    }
    if (row.state == storage::State::reserved && error.kind() == ErrorKind::corrupt) return std::nullopt;  // no header on disk yet
    throw;
  }
}
}  // namespace

Recorded find_recorded(const ExportContext& context, const SpanRequest& request) {
  check_request(context, request);
  storage::SegmentQuery query;
  query.source = request.source;
  query.span = request.span;
  query.calls = false;
  query.limit = kMostSegments;
  auto rows = context.storage.catalogue().segments(query);
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.span.from < b.span.from; });
  Missing missing(context, request);
  Recorded found;
  for (const auto& row : rows) {
    const auto piece = look_at(context, row, missing);
    if (!piece || !piece->row.span.overlaps(request.span)) continue;
    const bool joins = !found.stretches.empty() && found.stretches.back().size() < kLongestStretch && follows(found.stretches.back().back(), *piece);
    if (!joins) found.stretches.emplace_back();
    found.stretches.back().push_back(*piece);
  }
  found.gaps = missing.gaps();
  if (found.stretches.empty()) throw missing.nothing();
  found.notes = missing.notes(found.stretches.back().back().row.span.to);
  return found;
}

storage::SealedReader& PieceReader::open(const SegmentId& id) {
  if (current_ != id) {
    current_.reset();
    reader_.reset();
    reader_.emplace(context_.storage.open(id, context_.actor, storage::Purpose::export_copy));
    current_ = id;
  }
  return *reader_;
}

media::ByteSource PieceReader::source(const Piece& piece) {
  return {piece.plain_bytes, [this, id = piece.row.id](std::uint64_t offset, std::span<std::uint8_t> out) { open(id).read(offset, out); }};
}

PieceClock::PieceClock(const Piece& piece, const media::Movie& movie) : start_(piece.row.span.from) {
  if (movie.tracks.empty() || movie.tracks.front().samples.empty()) return;
  const auto& track = movie.tracks.front();
  timescale_ = std::max(1u, track.track.timescale);
  first_ = std::min_element(track.samples.begin(), track.samples.end(), [](const auto& a, const auto& b) { return a.pts < b.pts; })->pts;
}

Instant PieceClock::at(std::int64_t pts) const {
  const auto whole = (pts - first_) / timescale_, rest = (pts - first_) % timescale_;
  return start_ + Seconds(whole) + Duration(rest * 1'000'000 / timescale_);
}

double PieceClock::seconds_of(Instant at) const {
  return static_cast<double>(first_) / timescale_ + static_cast<double>((at - start_).count()) / 1e6;
}

}  // namespace tenure::disclosure
