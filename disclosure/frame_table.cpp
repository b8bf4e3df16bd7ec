#include "disclosure/frame_table.h"

#include <algorithm>

#include "base/error.h"
#include "disclosure/redaction/pixel_boxes.h"

namespace tenure::disclosure {

namespace {
// Only the pictures ever reach the worker.
void keep_video(media::Movie& movie) {
  std::erase_if(movie.tracks, [](const auto& track) { return !media::is_video(track.track.codec); });
  if (movie.tracks.size() != 1) throw Error(ErrorKind::refused, "This recording has no pictures to redact.");
}

// What is decoded after the last picture of the span is needed by none of them.
void drop_after(media::Movie& movie, const PieceClock& clock, Instant to) {
  auto& samples = movie.tracks.front().samples;
  while (!samples.empty() && clock.at(samples.back().pts) >= to) samples.pop_back();
}
}  // namespace

FrameTable make_frame_table(const ExportContext& context, const Stretch& stretch, const Interval& span, const redaction::Plan& plan) {
  FrameTable table;
  table.job.cover = plan.mode == redaction::Mode::cover;
  PieceReader reader(context);
  for (std::size_t i = 0; i < stretch.size(); ++i) {
    auto movie = media::read_movie(reader.source(stretch[i]));
    keep_video(movie);
    const PieceClock clock(stretch[i], movie);
    if (i == 0) media::keep_between(movie, clock.seconds_of(span.from), std::nullopt);
    if (i + 1 == stretch.size()) drop_after(movie, clock, span.to);
    if (movie.tracks.empty() || movie.tracks.front().samples.empty()) continue;
    const auto& track = movie.tracks.front();
    table.job.timescale = track.track.timescale;
    table.job.width = track.track.width;
    table.job.height = track.track.height;
    for (const auto& sample : track.samples) {
      worker::FrameJob frame{sample.pts, sample.duration, span.contains(clock.at(sample.pts)), {}};
      if (frame.show) frame.boxes = redaction::pixel_boxes(plan, clock.at(sample.pts), table.job.width, table.job.height);
      table.shown += frame.show ? 1 : 0;
      table.job.frames.push_back(std::move(frame));
    }
    movie.tracks.front().samples.shrink_to_fit();
    table.movies.push_back(std::move(movie));
    table.pieces.push_back(stretch[i]);
  }
  return table;
}

}  // namespace tenure::disclosure
