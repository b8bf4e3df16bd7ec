// The sweep at the size of a practice.
#include <fmt/format.h>

#include "bench/scale_recorder.h"

namespace tenure::bench {

void sweep(const Path& folder) {
  Store store(folder);
  const auto filled = time([&] { fill(store, /*all_files=*/false); });
  fmt::print("made {} segments and {} calls in {:.0f} s\n", kCameras * kDays * 24 * 60, kCalls, filled.wall);
  const auto idle = time([&] { store.sweeper.sweep(); });
  fmt::print("sweep with nothing due: {:.3f} s, {:.3f} s of CPU\n", idle.wall, idle.cpu);
  {
    Recorder before(store, /*files=*/false);
    std::this_thread::sleep_for(std::chrono::seconds(10));
    before.stop();
    fmt::print("ingest alone: {}\n", before.text());
  }
  store.clock.advance(std::chrono::hours(1));
  Recorder during(store, /*files=*/false);
  SweepReport report;
  const auto took = time([&] { report = store.sweeper.sweep(); });
  during.stop();
  fmt::print("oldest hour of {} cameras: {} deleted in {:.3f} s, {:.3f} s of CPU\n", kCameras, report.deleted,
             took.wall, took.cpu);
  fmt::print("ingest beside it: {}\n", during.text());
}

}  // namespace tenure::bench
