// The ledger's verification, with a million entries.
#include <fmt/format.h>

#include "bench/scale.h"
#include "storage/ledger/ledger.h"

namespace tenure::bench {

namespace {
void make_entries(Catalogue& catalogue, std::uint64_t from, std::uint64_t to) {
  constexpr std::uint64_t kAtOnce = 10'000;
  constexpr Duration kApart(189'216'123);  // a million in six years
  for (auto first = from; first < to; first += kAtOnce)
    catalogue.write([&](Catalogue::Transaction& transaction) {
      for (auto number = first; number < std::min(first + kAtOnce, to); ++number)
        insert_ledger(transaction.db,
                      ledger_entry(kStart + kApart * number, {"practice-manager"}, number % 3 == 0 ? "hold-add" : "view",
                                   fmt::format(R"({{"segment":"01a200e5a77c79b2803f0a54e7f52b75","n":{}}})", number),
                                   "a reason of usual length"));
    });
}
}  // namespace

// Entries that the folder has already are not made again.
void ledger(const Path& folder, std::uint64_t entries) {
  SimulatedClock clock(kStart);
  Catalogue catalogue(folder / "catalogue");
  Ledger kept(catalogue, clock, folder, kKek, {});
  const auto held = kept.status().entries;
  const auto made = time([&] { make_entries(catalogue, held, entries); });
  const auto published = time([&] {
    while (kept.tick()) {
    }
  });
  fmt::print("{} entries were there; {} made in {:.0f} s, published in {:.1f} s\n", held,
             kept.status().entries - held, made.wall, published.wall);
  for (int round = 0; round < 5; ++round) {
    LedgerReport report;
    const double before = load(), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    const auto took = time([&] { report = kept.verify(); });
    fmt::print("verified {} entries in {:.2f} s, {:.2f} s of CPU on all threads, load {:.1f}: {}\n", report.entries,
               took.wall, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu, before,
               report.sound() ? "sound" : report.problems.front().what);
  }
}

}  // namespace tenure::bench
