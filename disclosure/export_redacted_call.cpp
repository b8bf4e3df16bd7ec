#include <algorithm>

#include "base/error.h"
#include "disclosure/call_audio.h"
#include "disclosure/package.h"
#include "disclosure/plan_fit.h"
#include "disclosure/spool.h"
#include "disclosure/worker_process.h"

namespace tenure::disclosure {

namespace {
constexpr std::size_t kBlock = 256 * 1024;

worker::Channels channels_of(redaction::Side side) {
  if (side == redaction::Side::left) return worker::Channels::left;
  if (side == redaction::Side::right) return worker::Channels::right;
  return worker::Channels::all;
}

// The plan's intervals, and those that the telephone system itself marked as masked (card details).
worker::AudioJob job_of(const CallAudio& audio, const redaction::Plan& plan) {
  worker::AudioJob job{audio.facts.container, {}};
  for (const auto& mute : plan.mute) job.mutes.push_back({mute.from_ms, mute.to_ms, channels_of(mute.side)});
  for (const auto& pause : audio.row.details.pauses) {
    if (pause.kind == "mask" && pause.to_ms > pause.from_ms) job.mutes.push_back({pause.from_ms, pause.to_ms, worker::Channels::all});
  }
  return job;
}

void check_audio_fits(const CallAudio& audio, const worker::AudioJob& job, redaction::PlanProblems& problems) {
  if (audio.facts.container != "wav" && audio.facts.container != "mp3")
    throw Error(ErrorKind::refused, "This recording is neither WAV nor MP3 and cannot be redacted: " + audio.facts.why);
  const bool one_side = std::any_of(job.mutes.begin(), job.mutes.end(), [](const auto& mute) { return mute.channels != worker::Channels::all; });
  if (one_side && audio.facts.channels != 2)
    problems.push_back({"mute", "one side is to be silent, but the recording has " + std::to_string(audio.facts.channels) + " channel(s), not two: use side \"all\""});
}

Blob wav_head(std::uint32_t rate, std::uint32_t channels, std::uint32_t bytes) {
  ByteWriter out;
  const auto little = [&out](std::uint32_t value, int width) {
    for (int i = 0; i < width; ++i) out.u8(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  out.text("RIFF");
  little(36 + bytes, 4);
  out.text("WAVEfmt ");
  little(16, 4);
  little(1, 2);
  little(channels, 2);
  little(rate, 4);
  little(rate * channels * 2, 4);
  little(channels * 2, 2);
  little(16, 2);
  out.text("data");
  little(bytes, 4);
  return out.take();
}

boost::json::object render(const ExportContext& context, CallAudio& audio, const worker::AudioJob& job, Spool& spool) {
  WorkerRun run;
  run.program = context.worker;
  run.job = job;
  run.feed = [&](const std::function<void(View)>& write) {
    Blob block;
    const auto size = audio.reader.plain_size();
    for (std::uint64_t at = 0; at < size; at += block.size()) {
      block.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, size - at)));
      audio.reader.read(at, block);
      write(block);
    }
  };
  run.output = [&](View bytes) { spool.write(bytes); };
  auto done = run_worker(run, context.cancelled);
  spool.finish();
  return done;
}

std::uint32_t number_in(const boost::json::object& done, const char* name) {
  const auto* value = done.if_contains(name);
  if (value == nullptr || !value->is_int64() || value->as_int64() < 1 || value->as_int64() > 384'000)
    throw Error(ErrorKind::corrupt, "The picture decoder reports nonsense.");
  return static_cast<std::uint32_t>(value->as_int64());
}
}  // namespace

ExportSummary export_redacted_call(const ExportContext& context, const SegmentId& call, const redaction::PlanResult& plan, ExportSink& sink) {
  auto problems = plan_problems(plan, call);
  auto audio = find_for_plan(problems, [&] { return open_call(context, call); });
  const auto job = job_of(audio, plan.plan);
  check_audio_fits(audio, job, problems);
  throw_if_any(problems);
  auto package = Package::announce(context, call_subject("redacted call", call), sink);
  return package.conclude([&] {
    Spool spool(context.staging);
    const auto done = render(context, audio, job, spool);
    if (spool.size() > 0xFFFFFF00u) throw Error(ErrorKind::refused, "The redacted sound would be over 4 GiB, too long for a WAV file.");
    const auto source = spool.source();
    package.begin("redacted.wav");
    package.write(wav_head(number_in(done, "rate"), number_in(done, "channels"), static_cast<std::uint32_t>(spool.size())));
    Blob block;
    for (std::uint64_t at = 0; at < spool.size(); at += block.size()) {
      block.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, spool.size() - at)));
      source.read(at, block);
      package.write(block);
    }
    package.end();
    if (job.mutes.empty()) package.summary().notes.push_back("the plan mutes nothing: the whole call is audible");
  });
}

}  // namespace tenure::disclosure
