#include "disclosure/package.h"
#include "disclosure/recorded.h"

namespace tenure::disclosure {

namespace {
Duration length_of(const Recorded& recorded) {
  Duration total{};
  for (const auto& stretch : recorded.stretches) total += stretch.back().row.span.to - stretch.front().row.span.from;
  return std::max(total, Duration(1));
}

// Two passes over the sealed segments: the first reads only their indexes, the second copies. Nothing is decoded.
void send_stretch(const ExportContext& context, const SpanRequest& request, const Stretch& stretch, std::size_t number, Package& package,
                  const std::function<void(std::uint64_t done, std::uint64_t of)>& progress) {
  PieceReader reader(context);
  std::vector<media::ByteSource> sources;
  std::vector<media::Movie> movies;
  movies.reserve(stretch.size());
  for (std::size_t i = 0; i < stretch.size(); ++i) {
    package.check_cancelled();
    sources.push_back(reader.source(stretch[i]));
    movies.push_back(media::read_movie(sources.back()));
    const PieceClock clock(stretch[i], movies.back());
    std::optional<double> from, to;
    if (i == 0) from = clock.seconds_of(request.span.from);
    if (i + 1 == stretch.size()) to = clock.seconds_of(request.span.to);
    if (from || to) media::keep_between(movies.back(), from, to);
  }
  std::vector<const media::Movie*> parts;
  parts.reserve(movies.size());
  for (const auto& movie : movies) parts.push_back(&movie);
  const auto joined = media::join(parts);
  const auto from = std::max(request.span.from, stretch.front().row.span.from), to = std::min(request.span.to, stretch.back().row.span.to);
  package.begin(request.source + "_" + compact_time(from) + "_" + compact_time(to) + "_MASTER_" + std::to_string(number) + (joined.quicktime ? ".mov" : ".mp4"));
  std::uint64_t done = 0;
  media::write_joined(joined, sources, [&](View bytes) {
    package.write(bytes);
    done += bytes.size();
    progress(done, joined.size);
  });
  package.end();
}
}  // namespace

ExportSummary export_native(const ExportContext& context, const SpanRequest& request, ExportSink& sink) {
  const auto recorded = find_recorded(context, request, [&](double done, const std::string& what) { sink.progress(done, what); });
  auto package = Package::announce(context, subject_of("native", request, recorded), sink);
  return package.conclude([&] {
    const auto total = static_cast<double>(length_of(recorded).count());
    double before = 0;
    for (std::size_t i = 0; i < recorded.stretches.size(); ++i) {
      const auto& stretch = recorded.stretches[i];
      const auto share = static_cast<double>((stretch.back().row.span.to - stretch.front().row.span.from).count()) / total;
      int percent = -1;  // said once each: a receiver is told by a message
      send_stretch(context, request, stretch, i + 1, package, [&](std::uint64_t done, std::uint64_t of) {
        const double all = before + share * static_cast<double>(done) / static_cast<double>(std::max<std::uint64_t>(of, 1));
        if (static_cast<int>(all * 100) == percent) return;
        percent = static_cast<int>(all * 100);
        package.progress(all, "copying");
      });
      before += share;
    }
    package.summary().gaps = recorded.gaps;
    package.summary().notes = recorded.notes;
    package.summary().notes.push_back("whole groups of pictures are given, so a file may begin up to one group before the span");
  });
}

}  // namespace tenure::disclosure
