// What must stay true when there is much of it. The sizes of a practice, and their times, are measured by bench_scale.
#include <cstdlib>

#include "tests/storage/ledger_practice.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::uint64_t kManyRows = 20'000, kManyEntries = 1'000'000;
const Instant kStart = at("2026-03-02T10:00:00Z");

// Rows of one camera without files, a minute each, from a day after `kStart` on.
void fill(Catalogue& catalogue) {
  catalogue.write([](Catalogue::Transaction& transaction) {
    for (std::uint64_t at = 0; at < kManyRows; ++at) {
      const auto from = kStart + hours(24) + minutes(at);
      transaction.db.run(
          "INSERT INTO segment(id, source, class, kind, state, start_at, end_at, expires_at, bytes, plain_bytes, "
          "digest,"
          " slot, vault, run, time_doubtful) VALUES(?, 'waiting-room', 'cctv', 0, 1, ?, ?, ?, 0, 0, zeroblob(32), ?, "
          "'main', 0, 0)",
          SegmentId::make(from), from, from + minutes(1), from + minutes(1) + std::chrono::days(28), 100'000 + at);
    }
  });
}

TEST(Scale, TheOldestHourGoesFromAmongManyAndNothingElse) {
  Practice practice(kStart);
  std::vector<SegmentRow> hour;
  for (int minute = 0; minute < 60; ++minute)
    for (const auto* camera : {"front", "waiting-room"})
      hour.push_back(practice.record(camera, {kStart + minutes(minute), kStart + minutes(minute + 1)}));
  const auto call = practice.import(call_at(kStart, "07700 900123", "one"), std::string(64, 'a')).id;
  fill(practice.parts->catalogue);
  practice.clock.advance(std::chrono::days(28));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  practice.clock.advance(hours(1));
  const auto report = practice.parts->sweeper.sweep();
  EXPECT_EQ(report.deleted, hour.size());
  EXPECT_TRUE(report.questions.empty());
  for (const auto& row : hour) EXPECT_FALSE(practice.exists(row.id) || practice.file_exists(row));
  EXPECT_TRUE(practice.exists(call));
  EXPECT_EQ(practice.parts->catalogue.sources().size(), 3u);
  std::uint64_t left = 0;
  for (const auto& source : practice.parts->catalogue.sources()) left += source.segments;
  EXPECT_EQ(left, kManyRows + 1);
  EXPECT_EQ(report.next, kStart + hours(24) + minutes(1) + std::chrono::days(28));
}

TEST(Scale, AMillionLedgerEntriesAreVerified) {
  if (std::getenv("TENURE_LONG") == nullptr) GTEST_SKIP() << "only with TENURE_LONG";
  LedgerPractice practice;
  for (std::uint64_t from = 0; from < kManyEntries; from += 10'000)
    practice.practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
      for (std::uint64_t at = from; at < from + 10'000; ++at)
        insert_ledger(transaction.db,
                      ledger_entry(kStart, {"manager"}, "view", R"({"n":)" + std::to_string(at) + "}", "why"));
    });
  practice.tick();
  const auto report = practice.ledger->verify();
  EXPECT_TRUE(report.sound());
  EXPECT_GE(report.entries, kManyEntries);
}

}  // namespace
}  // namespace tenure::storage
