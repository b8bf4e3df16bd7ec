// Taking a part of a movie, and writing a joined one.
#include <algorithm>

#include "media/movie.h"

namespace tenure::media {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

double seconds(const Track& track, std::int64_t ticks) { return static_cast<double>(ticks) / track.timescale; }

double end_of(const Track& track, const MovieSample& sample) {
  return seconds(track, sample.pts) + static_cast<double>(sample.duration) / track.timescale;
}

// What is decoded before the last key frame shown at or before `from` goes; so does all when nothing lasts until then.
void cut_start(Movie::MovieTrack& video, double from) {
  auto& samples = video.samples;
  if (std::ranges::none_of(samples, [&](const MovieSample& s) { return end_of(video.track, s) > from; })) {
    samples.clear();
    return;
  }
  auto begin = samples.begin();
  for (auto at = samples.begin(); at != samples.end(); ++at) {
    if (at->key && (seconds(video.track, at->pts) <= from || !begin->key)) begin = at;
  }
  samples.erase(samples.begin(), begin);
}

// What is decoded after the last picture shown before `to` goes; earlier ones that are shown later stay, as others may
// be built from them.
void cut_end(Movie::MovieTrack& video, double to) {
  auto& samples = video.samples;
  while (!samples.empty() && seconds(video.track, samples.back().pts) >= to) samples.pop_back();
}

void cut_sound(Movie::MovieTrack& sound, std::optional<double> from, std::optional<double> to) {
  std::erase_if(sound.samples, [&](const MovieSample& sample) {
    return (from && end_of(sound.track, sample) <= *from) || (to && seconds(sound.track, sample.pts) >= *to);
  });
}

}  // namespace

void keep_between(Movie& movie, std::optional<double> from, std::optional<double> to) {
  for (Movie::MovieTrack& track : movie.tracks) {
    if (!is_video(track.track.codec)) {
      cut_sound(track, from, to);
      continue;
    }
    if (from) cut_start(track, *from);
    if (to) cut_end(track, *to);
    if (from && !track.samples.empty()) {  // sound belongs to the pictures that had to stay
      const auto first = std::ranges::min_element(track.samples, {}, &MovieSample::pts);
      from = std::min(*from, seconds(track.track, first->pts));
    }
  }
}

void write_joined(const JoinedFile& file, const std::vector<ByteSource>& sources,
                  const std::function<void(View)>& write) {
  write(file.head);
  Blob piece(kPiece);
  for (const CopyRange& range : file.ranges) {
    const ByteSource& source = sources.at(range.source);
    for (std::uint64_t done = 0; done < range.size;) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, range.size - done));
      const std::span<std::uint8_t> part = std::span(piece).first(size);
      source.read(range.offset + done, part);
      write(part);
      done += size;
    }
  }
}

}  // namespace tenure::media
