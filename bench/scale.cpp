// The sweep, the ledger's verification and the promise report at the size of a practice: 16 cameras for 28 days and
// 330,000 calls. bench_scale sweep FOLDER [--all-files] | bench_scale ledger FOLDER ENTRIES. FOLDER is made and left
// behind.
#include <fmt/format.h>

#include <atomic>
#include <boost/filesystem/operations.hpp>
#include <chrono>
#include <ctime>
#include <thread>

#include "base/entropy.h"
#include "base/error.h"
#include "storage/attestation/attestation.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/ledger/ledger.h"
#include "storage/sealed/sealed_format.h"
#include "storage/sweep/sweeper.h"

using namespace tenure;
using namespace tenure::storage;

namespace {
constexpr int kCameras = 16, kDays = 28;
constexpr std::uint64_t kCalls = 330'000;
constexpr std::size_t kFileBytes = 1 << 20;  // of the files that fall due
const Key kKek{1, 2, 3};
const Instant kStart = *parse_rfc3339("2026-03-01T00:00:00Z");

double seconds_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

struct Took {
  double wall, cpu;
};
template <typename Body>
Took time(Body&& body) {
  const double wall = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_THREAD_CPUTIME_ID);
  body();
  return {seconds_of(CLOCK_MONOTONIC) - wall, seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu};
}

std::string camera(int number) { return fmt::format("cam{:02}", number); }

struct Store {
  explicit Store(const Path& folder)
      : state(folder),
        catalogue(folder / "catalogue"),
        keys(folder / "keys", kKek),
        vaults({{"main", folder / "vault", {}}}, false),
        eraser(catalogue, clock, vaults, keys),
        sweeper(catalogue, clock, vaults, eraser) {
    catalogue.adopt_policy({{"cctv", *parse_period("P28D"), config::Anchor::capture_end},
                            {"calls", *parse_period("P3Y"), config::Anchor::capture_start}});
    catalogue.remember_vaults(vaults.ids());
    for (int at = 0; at < kCameras; ++at) catalogue.ensure_source(camera(at), "cctv", Kind::camera);
    catalogue.ensure_source("phones", "calls", Kind::calls);
  }
  Path state;
  SimulatedClock clock{kStart + std::chrono::days(kDays)};
  Catalogue catalogue;
  KeySlots keys;
  Vaults vaults;
  Eraser eraser;
  Sweeper sweeper;
};

// The head of a sealed file, and nothing that could be played.
void make_file(const Store& store, const SegmentRow& row, const Key& key, std::size_t bytes) {
  SealedHeader header{row.id, row.slot, row.kind, row.source, row.cls, row.span.from, 0, {}};
  Blob content(bytes);
  std::ranges::copy(format::encode_header(header, format::SegmentKeys(key, header.salt)), content.begin());
  const auto path = store.vaults.path_of(row);
  boost::filesystem::create_directories(path.parent_path());
  File(path, File::Mode::create).write_at(0, content);
}

void add_row(Store& store, sqlite::Connection& db, SegmentRow row, bool file, bool due) {
  row.id = SegmentId::make(row.span.from);
  const auto made = store.keys.reserve(row.id);
  row.slot = made.slot;
  row.vault = "main";
  row.bytes = due ? kFileBytes : format::kHeaderSize;
  db.run(
      "INSERT INTO segment(id, source, class, kind, state, start_at, end_at, expires_at, bytes, plain_bytes, digest, "
      "slot, vault, run,"
      " time_doubtful) VALUES(?, ?, ?, ?, 1, ?, ?, ?, ?, 0, ?, ?, 'main', 0, 0)",
      row.id, row.source, row.cls, static_cast<int>(row.kind), row.span.from, row.span.to, row.expires_at, row.bytes,
      Digest{}, row.slot);
  if (row.kind == Kind::calls) {
    const auto token = [] {
      Digest digest;
      fill_random(digest);
      return digest;
    };
    db.run(
        "INSERT INTO call(segment, direction, duration, details, content_token, native_token, needs_details) VALUES(?, "
        "1, 60, ?, ?, ?, 0)",
        row.id, Blob(300), token(), token());
    for (int at = 0; at < 4; ++at) db.run("INSERT INTO call_token VALUES(?, ?)", token(), row.id);
    db.run("INSERT INTO call_path VALUES(?, ?)", token(), row.id);
  }
  if (file || due) make_file(store, row, made.key, row.bytes);
}

void fill(Store& store, bool all_files) {
  const auto until = kStart + std::chrono::days(kDays);
  for (Instant hour = kStart; hour < until; hour += std::chrono::hours(1))
    store.catalogue.write([&](Catalogue::Transaction& transaction) {
      for (int at = 0; at < kCameras; ++at)
        for (Instant from = hour; from < hour + std::chrono::hours(1); from += std::chrono::minutes(1)) {
          SegmentRow row;
          row.source = camera(at);
          row.cls = "cctv";
          row.span = {from, from + std::chrono::minutes(1)};
          row.expires_at = row.span.to + std::chrono::days(kDays);
          add_row(store, transaction.db, row, all_files, hour == kStart);
        }
    });
  const auto first = until - std::chrono::days(3 * 365) + std::chrono::days(1);
  const auto every = (until - first) / kCalls;
  for (std::uint64_t call = 0; call < kCalls; call += 10'000)
    store.catalogue.write([&](Catalogue::Transaction& transaction) {
      for (auto at = call; at < std::min(call + 10'000, kCalls); ++at) {
        SegmentRow row;
        row.source = "phones";
        row.cls = "calls";
        row.kind = Kind::calls;
        row.span = {first + every * at, first + every * at + std::chrono::minutes(1)};
        row.expires_at = add(row.span.from, *parse_period("P3Y"));
        add_row(store, transaction.db, row, all_files, false);
      }
    });
  store.catalogue.write([](Catalogue::Transaction& transaction) {
    transaction.db.script("UPDATE source SET longest = 60000000; ANALYZE");
  });
  store.keys.sync();
}

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

void verify(const Path& folder, std::uint64_t entries) {
  SimulatedClock clock(kStart);
  Catalogue catalogue(folder / "catalogue");
  Ledger ledger(catalogue, clock, folder, kKek, {});
  const auto made = time([&] {
    for (std::uint64_t at = 0; at < entries; at += 10'000)
      catalogue.write([&](Catalogue::Transaction& transaction) {
        for (auto number = at; number < std::min(at + 10'000, entries); ++number)
          insert_ledger(transaction.db,
                        ledger_entry(clock.now(), {"practice-manager"}, number % 3 == 0 ? "hold-add" : "view",
                                     fmt::format(R"({{"segment":"01a200e5a77c79b2803f0a54e7f52b75","n":{}}})", number),
                                     "a reason of usual length"));
      });
  });
  const auto published = time([&] {
    while (ledger.tick()) {
    }
  });
  fmt::print("{} entries made in {:.0f} s, published in {:.1f} s\n", entries, made.wall, published.wall);
  for (int round = 0; round < 3; ++round) {
    LedgerReport report;
    const auto took = time([&] { report = ledger.verify(); });
    fmt::print("verified {} entries in {:.2f} s: {}\n", report.entries, took.wall,
               report.sound() ? "sound" : report.problems.front().what);
  }
}
}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> args(words + 1, words + count);
  try {
    if (args.size() >= 2 && args[0] == "sweep") return sweep(args[1], args.size() > 2), 0;
    if (args.size() == 3 && args[0] == "ledger") return verify(args[1], std::stoull(args[2])), 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_scale: {}\n", error.what());
    return 1;
  }
  fmt::print(stderr, "bench_scale sweep FOLDER [--all-files] | bench_scale ledger FOLDER ENTRIES\n");
  return 2;
}
