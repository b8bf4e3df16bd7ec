// What every part of bench_scale stands on: a practice of 16 cameras for 28 days and 330,000 calls in a folder, and how
// time is taken. One thread.
#pragma once
#include <ctime>

#include "storage/catalogue/catalogue_state.h"
#include "storage/sealed/sealed_format.h"
#include "storage/sweep/sweeper.h"

namespace tenure::bench {

using namespace tenure::storage;

inline constexpr int kCameras = 16, kDays = 28;
inline constexpr std::uint64_t kCalls = 330'000;
extern const Key kKek;
extern const Instant kStart;

double seconds_of(clockid_t clock);
double load();  // of the machine in the last minute

struct Took {
  double wall, cpu;  // cpu: of this thread
};
template <typename Body>
Took time(Body&& body) {
  const double wall = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_THREAD_CPUTIME_ID);
  body();
  return {seconds_of(CLOCK_MONOTONIC) - wall, seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu};
}

struct Store {
  explicit Store(const Path& folder);
  Path state;
  SimulatedClock clock{kStart + std::chrono::days(kDays)};
  Catalogue catalogue;
  KeySlots keys;
  Vaults vaults;
  Eraser eraser;
  Sweeper sweeper;
};
// The head of a sealed file, and nothing that could be played. Not synced. Returns its size.
std::size_t make_file(const Store& store, const SegmentRow& row, const Key& key,
                      std::size_t bytes = format::kHeaderSize);
// Files for what falls due first; for all with `all_files`. Nothing when it is there already.
void fill(Store& store, bool all_files);

void sweep(const Path& folder);
void attest(const Path& folder);
void ledger(const Path& folder, std::uint64_t entries);
void policy(const Path& folder);

}  // namespace tenure::bench
