#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "base/error.h"
#include "media/worker/canvas.h"
#include "media/worker/channel.h"
#include "media/worker/encoder.h"
#include "media/worker/pictures.h"
#include "media/worker/redact.h"

namespace tenure::worker {

namespace {
constexpr std::uint64_t kReportEvery = 25;

struct Shown {
  std::uint64_t count = 0;
  std::int64_t first = INT64_MAX, last = INT64_MIN;
};

Shown shown_of(const VideoJob& job) {
  Shown shown;
  for (const auto& frame : job.frames) {
    if (!frame.show) continue;
    ++shown.count;
    shown.first = std::min(shown.first, frame.pts);
    shown.last = std::max(shown.last, frame.pts);
  }
  return shown;
}

AVRational rate_of(const VideoJob& job, const Shown& shown) {
  if (shown.count < 2 || shown.last <= shown.first) return {25, 1};
  AVRational rate;
  av_reduce(&rate.num, &rate.den, static_cast<std::int64_t>(shown.count - 1) * job.timescale, shown.last - shown.first, 100'000);
  return rate;
}
}  // namespace

void redact_video(const VideoJob& job) {
  const auto shown = shown_of(job);
  Pictures pictures(job);
  Canvas canvas(job);
  std::optional<Encoder> encoder;
  std::uint64_t done = 0;
  pictures.for_each([&](const AVFrame& picture, const FrameJob& line) {
    if (!encoder) encoder.emplace(job, picture, rate_of(job, shown));
    encoder->encode(canvas.compose(picture, line), line.pts - shown.first);
    if (++done % kReportEvery == 0) report_progress(static_cast<double>(done) / static_cast<double>(shown.count));
  });
  if (!encoder) throw Error(ErrorKind::corrupt, "Not one picture of the recording can be decoded.");
  encoder->finish();
  report_done(boost::json::serialize(boost::json::object{{"frames", done}}));
}

}  // namespace tenure::worker
