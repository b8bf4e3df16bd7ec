// The promise report over every file of a practice, with commits going on beside it: how long, how much memory, and how
// long a reader of it was in the catalogue at most.
#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdio>
#include <fstream>

#include "bench/scale_recorder.h"
#include "storage/attestation/attestation.h"
#include "storage/holds/holds.h"
#include "storage/ledger/batches.h"

namespace tenure::bench {

namespace {
const Actor kAnna{"anna", "01"};

// Every statement of the attestation's own connection, from its first step to its end: as long as it holds what it
// reads against the write-ahead log.
struct Readers {
  std::uint64_t statements = 0, longest_ns = 0;
  std::string longest;
};
thread_local Readers* watched = nullptr;

int note(unsigned, void*, void* statement, void* nanoseconds) {
  if (watched == nullptr) return 0;
  const auto took = static_cast<std::uint64_t>(*static_cast<sqlite3_int64*>(nanoseconds));
  ++watched->statements;
  if (took > watched->longest_ns) {
    watched->longest_ns = took;
    watched->longest = std::string(sqlite3_sql(static_cast<sqlite3_stmt*>(statement))).substr(0, 60);
  }
  return 0;
}

int watch(sqlite3* database, char**, const sqlite3_api_routines*) {
  return sqlite3_trace_v2(database, SQLITE_TRACE_PROFILE, note, nullptr);
}

// MiB; of this process since forget_peak().
double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  return -1;
}
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

// What a practice has besides recordings: their entries in the ledger, and two holds.
void add_acts(Store& store) {
  constexpr std::size_t kBatch = 1'000;
  // tenured keeps no statistics for SQLite's planner, and those of before the entries would mislead it.
  store.catalogue.write([](Catalogue::Transaction& transaction) {
    transaction.db.script("DELETE FROM sqlite_stat1; ANALYZE sqlite_schema");
  });
  bool more = true;
  while (more)
    store.catalogue.write([&](Catalogue::Transaction& transaction) {
      more = insert_capture_batch(transaction.db, store.clock.now(), kBatch);
    });
  Holds holds(store.catalogue, store.clock, store.state / "holds", kKek);
  if (!holds.list().empty()) return;
  HoldRequest request;
  request.spans = {{"cam03", {kStart, kStart + std::chrono::days(7)}}};
  request.reason = "a fall on the ramp";
  request.authority = "manager";
  request.review = store.clock.now() + std::chrono::days(30);
  holds.add(request, kAnna);
  request.spans = {{"cam04", {kStart + std::chrono::days(20), kOpenEnd}}};
  holds.add(request, kAnna);
}

void report(Store& store, const std::string& when) {
  AttestationOrder order;
  order.state = store.state;
  order.vaults = {{"main", store.state / "vault"}};
  order.time = store.clock.trusted();
  order.machine_clock = store.clock.now();
  order.settle = [] { std::this_thread::sleep_for(std::chrono::seconds(3)); };  // as tenured does
  Attestation found;
  Readers readers;
  forget_peak();
  const auto before = peak_memory();
  Recorder recorder(store, /*files=*/true);
  watched = &readers;
  const auto took = time([&] { found = storage::attest(order); });
  watched = nullptr;
  recorder.stop();
  fmt::print("{}: {} files in {:.1f} s, {:.1f} s of CPU, load {:.1f}; memory {:.0f} MiB before, {:.0f} at most\n", when,
             found.files, took.wall, took.cpu, load(), before, peak_memory());
  fmt::print("  {}\n", verdict_in_words(found).front());
  for (const auto& one : found.findings) fmt::print("  {} {}\n", one.count, one.kind);
  fmt::print("  {} reads of the catalogue, the longest {:.3f} s: {}\n", readers.statements,
             static_cast<double>(readers.longest_ns) / 1e9, readers.longest);
  fmt::print("  commits beside it: {}\n", recorder.text());
  std::fflush(stdout);
}
}  // namespace

void attest(const Path& folder) {
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch));  // NOLINT: as SQLite has it
  Store store(folder);
  const auto filled = time([&] { fill(store, /*all_files=*/true); });
  const auto added = time([&] { add_acts(store); });
  fmt::print("made {} segments and {} calls in {:.0f} s, their entries in {:.0f} s\n", kCameras * kDays * 24 * 60,
             kCalls, filled.wall, added.wall);
  report(store, "first");
  report(store, "again");
  store.clock.advance(std::chrono::hours(1));
  report(store, "an hour later, with nothing swept");
}

}  // namespace tenure::bench
