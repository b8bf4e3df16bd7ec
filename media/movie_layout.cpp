#include "media/movie_layout.h"

#include <algorithm>
#include <limits>

#include "media/decode_times.h"

namespace tenure::media {
namespace {

using Samples = std::vector<MovieSample>;

void need_equal_tracks(const std::vector<const Movie*>& movies) {
  for (const Movie* movie : movies) {
    const auto same = [](const Movie::MovieTrack& a, const Movie::MovieTrack& b) { return a.track == b.track; };
    if (std::ranges::equal(movie->tracks, movies.front()->tracks, same)) continue;
    throw Error(ErrorKind::refused,
                "These recordings cannot be one file, because the camera changed its picture or sound between them: "
                "export them as one file each.");
  }
}

// `ticks` of one timescale in another, rounded down.
std::int64_t rescale(std::int64_t ticks, std::uint32_t from, std::uint32_t to) {
  const std::int64_t whole = ticks / from, rest = ticks % from;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 4;
  if (whole > kMost / to || whole < -kMost / to) throw Error(ErrorKind::corrupt, "The movie's times are out of reason.");
  const std::int64_t scaled = rest * to;
  return whole * to + (scaled >= 0 ? scaled / from : -((-scaled + from - 1) / from));
}

void gather(const std::vector<const Movie*>& movies, std::size_t index, PlacedTrack& placed,
            std::vector<std::int64_t>& shown) {
  std::int64_t before = std::numeric_limits<std::int64_t>::min();
  for (std::size_t source = 0; source < movies.size(); ++source) {
    const Samples& samples = movies[source]->tracks[index].samples;
    if (samples.empty()) continue;
    const std::int64_t first = std::ranges::min_element(samples, {}, &MovieSample::pts)->pts;
    if (first < before) {
      throw Error(ErrorKind::refused, "These recordings are not given in the order of one unbroken run.");
    }
    before = first;
    for (const MovieSample& sample : samples) {
      placed.samples.push_back({source, sample.offset, sample.size, 0, 0, sample.duration, sample.key});
      shown.push_back(sample.pts);
    }
  }
}

// Sound that ends before `start` goes. What remains of a sample that straddles it is exact for G.711, whose every byte
// is a moment; for AAC the sample stays and its duration is shortened, so that all later ones are in time.
void begin_at(PlacedTrack& placed, std::vector<std::int64_t>& shown, std::int64_t start) {
  std::size_t drop = 0;
  while (drop < shown.size() && shown[drop] + std::int64_t{placed.samples[drop].duration} <= start) ++drop;
  shown.erase(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(drop));
  placed.samples.erase(placed.samples.begin(), placed.samples.begin() + static_cast<std::ptrdiff_t>(drop));
  if (shown.empty() || shown.front() >= start) return;
  PlacedSample& first = placed.samples.front();
  const auto late = static_cast<std::uint64_t>(start - shown.front());
  first.duration -= static_cast<std::uint32_t>(late);
  shown.front() = start;
  const std::uint64_t bytes = late * placed.track.channels;
  if (placed.track.codec == Codec::aac || bytes >= first.size) return;
  first.offset += bytes;
  first.size -= static_cast<std::uint32_t>(bytes);
}

void place(PlacedTrack& placed, const std::vector<std::int64_t>& shown, std::int64_t start) {
  if (shown.empty()) return;
  std::vector<std::int64_t> times(shown.size());
  std::ranges::transform(shown, times.begin(), [&](std::int64_t time) { return time - start; });
  const bool reorders = is_video(placed.track.codec) && !std::ranges::all_of(placed.samples, &PlacedSample::key);
  const std::uint32_t last =
      placed.samples[static_cast<std::size_t>(std::ranges::max_element(shown) - shown.begin())].duration;
  const DecodeTimes decoded = decode_times(times, reorders, std::numeric_limits<std::int64_t>::min());
  placed.delay = std::max<std::int64_t>(decoded.decode.front(), 0);
  for (std::size_t i = 0; i < placed.samples.size(); ++i) {
    PlacedSample& sample = placed.samples[i];
    const bool ends = i + 1 == placed.samples.size();
    sample.decode = decoded.decode[i];
    sample.shift = static_cast<std::int32_t>(decoded.offset[i]);
    sample.duration = ends ? std::clamp<std::uint32_t>(last, 1, static_cast<std::uint32_t>(kMaxStep))
                           : static_cast<std::uint32_t>(decoded.decode[i + 1] - decoded.decode[i]);
  }
}

bool is_bytewise(const PlacedTrack& placed) {
  if (placed.track.codec != Codec::alaw && placed.track.codec != Codec::ulaw) return false;
  if (placed.track.channels == 0 || placed.track.timescale != placed.track.sample_rate) return false;
  return placed.length() <= 0xFFFF'FFFF && std::ranges::all_of(placed.samples, [&](const PlacedSample& sample) {
    return std::uint64_t{sample.duration} * placed.track.channels == sample.size;
  });
}

}  // namespace

std::vector<PlacedTrack> lay_out(const std::vector<const Movie*>& movies) {
  if (movies.empty()) throw Error(ErrorKind::refused, "There is nothing to export: no recording was named.");
  need_equal_tracks(movies);
  std::vector<PlacedTrack> tracks;
  std::int64_t start = 0;
  std::uint32_t start_scale = 0;  // zero until a track has samples; video stands first
  for (std::size_t index = 0; index < movies.front()->tracks.size(); ++index) {
    PlacedTrack placed;
    placed.track = movies.front()->tracks[index].track;
    std::vector<std::int64_t> shown;
    gather(movies, index, placed, shown);
    if (shown.empty()) continue;
    const std::uint32_t scale = placed.track.timescale;
    if (start_scale == 0) {
      start = *std::ranges::min_element(shown);
      start_scale = scale;
    }
    const std::int64_t start_here = rescale(start, start_scale, scale);
    if (!is_video(placed.track.codec)) begin_at(placed, shown, start_here);
    if (shown.empty()) continue;
    place(placed, shown, start_here);
    placed.bytewise = is_bytewise(placed);
    cut_chunks(placed);
    tracks.push_back(std::move(placed));
  }
  if (tracks.empty()) throw Error(ErrorKind::refused, "There is nothing to export: the recordings hold no sample.");
  return tracks;
}

}  // namespace tenure::media
