// Commits as the recorder's index thread does, 16 cameras at four times their speed, and how long each took. A thread
// of its own, until stop().
#pragma once
#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "bench/scale.h"

namespace tenure::bench {

struct Recorder {
  // `files`: each with its sealed file, so that nobody finds it missing.
  Recorder(Store& store, bool files) : thread([this, &store, files] { run(store, files); }) {}
  ~Recorder() { stop(); }
  void stop() {
    stopping = true;
    if (thread.joinable()) thread.join();
  }
  void run(Store& store, bool files) {
    while (!stopping) {
      SegmentRow row;
      row.id = SegmentId::make(store.clock.now());
      row.source = "cam00";
      row.cls = "cctv";
      row.span = {store.clock.now(), store.clock.now() + std::chrono::minutes(1)};
      row.vault = "main";
      const auto key = store.keys.reserve(row.id);
      row.slot = key.slot;
      const auto took = time([&] {
        store.catalogue.reserve_segment(row);
        store.keys.sync();
        if (files) row.bytes = make_file(store, row, key.key);
        store.catalogue.commit_segment(row);
      });
      all += took.wall;
      most = std::max(most, took.wall);
      ++count;
      std::this_thread::sleep_for(std::chrono::milliseconds(940));
    }
  }
  std::string text() const {
    return fmt::format("{} segments committed, {:.1f} ms on average, {:.1f} ms at most", count, 1000 * all / count,
                       1000 * most);
  }
  double all = 0, most = 0;
  int count = 0;
  std::atomic<bool> stopping{false};
  std::thread thread;
};

}  // namespace tenure::bench
