// The sweep, and the promise report, at the size of a practice.
#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "bench/scale.h"
#include "storage/attestation/attestation.h"

namespace tenure::bench {

namespace {
// Commits as the recorder's index thread does, 16 cameras at four times their speed, and how long each took.
struct Ingest {
  explicit Ingest(Store& store) : thread([this, &store] { run(store); }) {}
  ~Ingest() { stop(); }
  void stop() {
    stopping = true;
    if (thread.joinable()) thread.join();
  }
  void run(Store& store) {
    while (!stopping) {
      SegmentRow row;
      row.id = SegmentId::make(store.clock.now());
      row.source = "cam00";
      row.cls = "cctv";
      row.span = {store.clock.now(), store.clock.now() + std::chrono::minutes(1)};
      row.vault = "main";
      row.slot = store.keys.reserve(row.id).slot;
      const auto took = time([&] {
        store.catalogue.reserve_segment(row);
        store.keys.sync();
        store.catalogue.commit_segment(row);
      });
      all += took.wall;
      most = std::max(most, took.wall);
      ++count;
      std::this_thread::sleep_for(std::chrono::milliseconds(940));
    }
  }
  std::string text() {
    return fmt::format("{} segments committed, {:.1f} ms on average, {:.1f} ms at most", count, 1000 * all / count,
                       1000 * most);
  }
  double all = 0, most = 0;
  int count = 0;
  std::atomic<bool> stopping{false};
  std::thread thread;
};

void attest_all(const Store& store) {
  AttestationOrder order;
  order.state = store.state;
  order.vaults = {{"main", store.state / "vault"}};
  order.time = store.clock.trusted();
  Attestation report;
  const auto took = time([&] { report = attest(order); });
  fmt::print("promise report: {} files looked at in {:.1f} s ({:.1f} s of CPU), verdict {}\n", report.files, took.wall,
             took.cpu, verdict_of(report));
}
}  // namespace

void sweep(const Path& folder, bool all_files) {
  Store store(folder);
  const auto filled = time([&] { fill(store, all_files); });
  fmt::print("made {} segments and {} calls in {:.0f} s\n", kCameras * kDays * 24 * 60, kCalls, filled.wall);
  const auto idle = time([&] { store.sweeper.sweep(); });
  fmt::print("sweep with nothing due: {:.3f} s, {:.3f} s of CPU\n", idle.wall, idle.cpu);
  if (all_files) attest_all(store);
  {
    Ingest before(store);
    std::this_thread::sleep_for(std::chrono::seconds(10));
    before.stop();
    fmt::print("ingest alone: {}\n", before.text());
  }
  store.clock.advance(std::chrono::hours(1));
  Ingest during(store);
  SweepReport report;
  const auto took = time([&] { report = store.sweeper.sweep(); });
  during.stop();
  fmt::print("oldest hour of {} cameras: {} deleted in {:.3f} s, {:.3f} s of CPU\n", kCameras, report.deleted,
             took.wall, took.cpu);
  fmt::print("ingest beside it: {}\n", during.text());
}

}  // namespace tenure::bench
