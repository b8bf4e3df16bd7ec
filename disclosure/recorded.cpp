#include "disclosure/recorded.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "disclosure/missing.h"
#include "storage/recovery/damage.h"

namespace tenure::disclosure {

namespace {
constexpr Duration kLargestJoint = Seconds(1);       // between segments that follow each other
constexpr std::size_t kLongestStretch = std::size_t{12} * 60;     // pieces: bounds the index that a joined file keeps in memory
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

// Nothing leaves that does not authenticate, and what has left cannot be taken back: all of it is read once before. It
// costs a second reading, mostly from memory, and keeps one bad minute from making all others unobtainable.
void read_all(const ExportContext& context, storage::SealedReader& reader) {
  constexpr std::uint64_t kBlock = 1 << 20;
  Blob block(kBlock);
  const auto size = reader.plain_size();
  for (std::uint64_t at = 0; at < size; at += kBlock) {
    if (context.cancelled.load()) throw Error(ErrorKind::unavailable, "The export was cancelled.");
    reader.read(at, std::span(block).first(static_cast<std::size_t>(std::min(kBlock, size - at))));
  }
}

// Left out, with a word, and noted so that status shows it.
void leave_out_damaged(const ExportContext& context, const storage::SegmentRow& row, const Interval& span, const std::string& why, Missing& missing) {
  storage::note_damage(context.storage.catalogue(), context.clock, row, why);
  missing.unreadable(span, "it is damaged (tenure status says how); restore it from a backup");
}

// The disk does not give what is in it, though it may be opened: as good as damaged. Else somebody can put it right.
bool disk_refuses(const ExportContext& context, const storage::SegmentRow& row) {
  try {
    const File file(context.storage.vaults().path_of(row), File::Mode::read);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// "Segment 01a2… of front-door cannot be read: it has expired.": the time says which, so that like ones go together.
std::string short_why(const Error& error) {
  static const std::string before = " cannot be read: ", ended = "its retention period ended at ";
  if (error.kind() == ErrorKind::not_found) return "its file is missing from the vault (tenure status says LOST)";
  auto text = error.message();
  if (const auto at = text.find(before); at != std::string::npos) text = text.substr(at + before.size());
  if (text.ends_with('.')) text.pop_back();
  if (text.starts_with(ended)) {
    const auto hold = text.find(" and its hold");
    text = "its retention period has ended" + (hold == std::string::npos ? "" : text.substr(hold));
  }
  return text;
}

std::optional<Piece> look_at(const ExportContext& context, const storage::SegmentRow& row, Missing& missing) {
  const bool whole = row.state == storage::State::live;
  try {
    auto reader = context.storage.open(row.id, context.actor, storage::Purpose::export_copy);
    const auto& footer = reader.footer();
    if (!has_media(footer)) {  // it has only just begun
      if (whole) leave_out_damaged(context, row, row.span, "not one of its fragments is whole", missing);
      return std::nullopt;
    }
    read_all(context, reader);
    Piece piece{row, reader.plain_size(), init_of(reader)};
    // Until its commit, up to one group sync after its end, the row does not say how far it reaches.
    if (!whole) piece.row.span.to = footer.span.to;
    if (whole && !reader.finished()) {  // cut off, or its end is damaged: what authenticates is given
      piece.row.span.to = std::min(row.span.from + footer.span.length(), row.span.to);  // its row may have been moved
      const Interval rest{piece.row.span.to, row.span.to};
      if (rest.empty()) storage::note_damage(context.storage.catalogue(), context.clock, row, "its footer is not authentic");
      else leave_out_damaged(context, row, rest, "its end is not authentic", missing);
    }
    missing.given(piece.row.span);
    return piece;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::refused || error.kind() == ErrorKind::not_found) {
      missing.unreadable(row.span, short_why(error));
      return std::nullopt;
    }
    const bool damaged = error.kind() == ErrorKind::corrupt || (whole && error.kind() == ErrorKind::io && disk_refuses(context, row));
    if (!damaged) throw;
    if (whole) leave_out_damaged(context, row, row.span, error.message(), missing);
    return std::nullopt;  // one that is being recorded may have no header on disk yet
  }
}
}  // namespace

Recorded find_recorded(const ExportContext& context, const SpanRequest& request, const Progress& progress) {
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
  std::optional<std::size_t> percent;  // said once each: a receiver is told by a message
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto done = i * 100 / rows.size();
    if (std::exchange(percent, done) != done)
      progress(static_cast<double>(done) / 100, "checking recording " + std::to_string(i + 1) + " of " + std::to_string(rows.size()));
    const auto piece = look_at(context, rows[i], missing);
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
