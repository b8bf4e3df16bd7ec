#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "tests/storage/practice.h"
#include "tests/support/counts.h"
#include "tests/support/figures.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::minutes;

const Instant kStart = at("2026-03-02T10:00:00Z");

int rounds() {
  if (const char* text = std::getenv("TENURE_RACE_ROUNDS")) return std::max(1, std::atoi(text));
  if (!tests::kFullCounts) return 300;
  return std::getenv("TENURE_LONG") == nullptr ? 5'000 : 200'000;
}

// The moment at which everything is due: one thread places a hold that is in time by the clock, the other sweeps. Either
// order is right; what no order may do is acknowledge a hold on a segment and lose it.
TEST(I7, AcknowledgedHoldSurvivesASweepThatRaces) {
  Practice practice(kStart);
  const int total = rounds();
  const tests::Figure figure("hold and sweep race, threads");
  int won = 0, lost = 0, swept = 0, acknowledged = 0;
  std::barrier meet(2);
  HoldReceipt receipt;
  Interval span;
  std::chrono::microseconds delay{0};
  std::jthread holder([&] {
    for (int round = 0; round < total; ++round) {
      meet.arrive_and_wait();
      receipt = practice.parts->holds.add(practice.request({{"front", span}}), practice.manager);
      meet.arrive_and_wait();
    }
  });
  for (int round = 0; round < total; ++round) {
    // A day and a minute apart, as the hold of the round before counts for a day: time only goes forward.
    const Instant from = kStart + round * (days(1) + minutes(1));
    span = {from, from + minutes(1)};
    const auto row = practice.record_row("front", span);
    practice.clock.set({row.expires_at - Duration(1), row.expires_at - Duration(1)});
    meet.arrive_and_wait();
    // The expiry comes earlier after a round that the hold won and later after one that the sweep won, with some unrest:
    // so the two keep meeting where it is open who comes first, however fast this machine is.
    const auto due = std::chrono::steady_clock::now() + delay + std::chrono::microseconds(round * 37 % 200);
    while (std::chrono::steady_clock::now() < due) {}
    practice.clock.set({row.expires_at, row.expires_at});
    practice.parts->sweeper.sweep();
    meet.arrive_and_wait();
    const bool there = practice.exists(row.id) && practice.parts->catalogue.in_state(State::condemned).empty() &&
                       practice.parts->keys.read(row.slot, row.id).has_value();
    const bool promised = !receipt.segments.empty();
    ++acknowledged;
    delay = promised ? std::max(delay - std::chrono::microseconds(25), std::chrono::microseconds(0)) : delay + std::chrono::microseconds(25);
    if (promised && there) ++won;
    if (promised && !there) ++lost;
    if (!promised && !there) ++swept;
    // What the hold kept goes now, so that rounds stay alike.
    practice.parts->holds.release(receipt.hold.id, "round over", practice.manager);
    practice.clock.advance(days(1));
    practice.parts->sweeper.sweep();
  }
  std::cout << won << " rounds won by the hold, " << swept << " by the sweep, " << lost << " lost\n";
  EXPECT_EQ(lost, 0) << "of " << acknowledged << " rounds: " << won << " held, " << swept << " swept first";
  if (tests::kFullCounts) figure.write(static_cast<std::uint64_t>(total), static_cast<std::uint64_t>(lost));
  RecordProperty("held", won);
  RecordProperty("swept", swept);
  if (total >= 1000) {
    EXPECT_GT(won, 0) << "the race was never won by the hold: it tests nothing";
    EXPECT_GT(swept, 0) << "the race was never won by the sweep: it tests nothing";
  }
  EXPECT_EQ(practice.parts->catalogue.check(), "");
}

}  // namespace
}  // namespace tenure::storage
