#include <algorithm>

#include "base/error.h"
#include "disclosure/frame_table.h"
#include "disclosure/package.h"
#include "disclosure/plan_fit.h"
#include "disclosure/spool.h"
#include "disclosure/worker_process.h"

namespace tenure::disclosure {

namespace {
std::vector<FrameTable> make_tables(const ExportContext& context, const SpanRequest& request, const redaction::Plan& plan, const Recorded& recorded) {
  std::vector<FrameTable> tables;
  for (const auto& stretch : recorded.stretches) {
    auto table = make_frame_table(context, stretch, request.span, plan);
    if (table.shown > 0) tables.push_back(std::move(table));
  }
  if (tables.empty())
    throw Error(ErrorKind::refused, request.source + " has no picture between " + to_rfc3339(request.span.from) + " and " + to_rfc3339(request.span.to) + "; ask for a longer span.");
  return tables;
}

struct PictureSize {
  int width = 0, height = 0;
  bool operator==(const PictureSize&) const = default;
};

// A stretch has one set of parameters, so its first piece tells.
std::vector<PictureSize> sizes_of(const ExportContext& context, const Recorded& recorded) {
  std::vector<PictureSize> sizes;
  PieceReader reader(context);
  for (const auto& stretch : recorded.stretches) {
    for (const auto& track : media::read_movie(reader.source(stretch.front())).tracks) {
      const PictureSize size{track.track.width, track.track.height};
      if (media::is_video(track.track.codec) && std::ranges::find(sizes, size) == sizes.end()) sizes.push_back(size);
    }
  }
  return sizes;
}

// Decrypted media goes to the worker through a socket, its pictures come back through another; only sealed bytes are
// written to the disk.
void render(const ExportContext& context, const FrameTable& table, Spool& spool, const std::function<void(double)>& progress) {
  PieceReader reader(context);
  std::vector<media::ByteSource> sources;
  std::vector<const media::Movie*> movies;
  sources.reserve(table.pieces.size());
  movies.reserve(table.movies.size());
  for (const auto& piece : table.pieces) sources.push_back(reader.source(piece));
  for (const auto& movie : table.movies) movies.push_back(&movie);
  const auto joined = media::join(movies);
  WorkerRun run;
  run.program = context.worker;
  run.job = table.job;
  run.feed = [&](const std::function<void(View)>& write) { media::write_joined(joined, sources, write); };
  run.output = [&](View bytes) { spool.write(bytes); };
  run.progress = progress;
  run_worker(run, context.cancelled);
  spool.finish();
}

// An ordinary file with its index in front, made of nothing but the worker's pictures.
std::size_t send(Spool& spool, const std::string& name, Package& package) {
  const auto source = spool.source();
  const auto movie = media::read_movie(source);
  const auto joined = media::join({&movie});
  package.begin(name);
  media::write_joined(joined, {source}, [&](View bytes) { package.write(bytes); });
  package.end();
  return movie.tracks.front().samples.size();
}
}  // namespace

ExportSummary export_redacted(const ExportContext& context, const SpanRequest& request, const redaction::PlanResult& read, ExportSink& sink) {
  const auto& plan = read.plan;
  auto problems = plan_problems(read, request);
  const auto checking = [&](double done, const std::string& what) { sink.progress(done, what); };
  const auto recorded = find_for_plan(problems, [&] { return find_recorded(context, request, checking); });
  for (const auto& size : find_for_plan(problems, [&] { return sizes_of(context, recorded); })) {
    const auto misfits = redaction::check_plan(plan, size.width, size.height);
    problems.insert(problems.end(), misfits.begin(), misfits.end());
  }
  throw_if_any(problems);
  const auto tables = make_tables(context, request, plan, recorded);
  auto package = Package::announce(context, subject_of("redacted", request, recorded), sink);
  return package.conclude([&] {
    auto& notes = package.summary().notes;
    notes = recorded.notes;
    note_plan(plan, request, notes);
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const auto part = 1.0 / static_cast<double>(tables.size());
      Spool spool(context.staging);
      render(context, tables[i], spool, [&](double done) { package.progress((static_cast<double>(i) + done) * part, "redacting"); });
      const auto name = tables.size() == 1 ? "redacted.mp4" : "redacted_" + std::to_string(i + 1) + ".mp4";
      const auto sent = send(spool, name, package);
      if (sent != tables[i].shown) notes.push_back(name + std::string(": ") + std::to_string(tables[i].shown - sent) + " of " + std::to_string(tables[i].shown) + " pictures are damaged in the recording and missing");
    }
    if (tables.size() > 1) notes.push_back("the recording is interrupted or changes its format inside the span: one file for each part");
    package.summary().gaps = recorded.gaps;
  });
}

}  // namespace tenure::disclosure
