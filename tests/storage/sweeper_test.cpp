#include <gmock/gmock.h>

#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Instant kStart = at("2026-03-02T10:00:00Z");

struct PowerCut {};

std::vector<SegmentRow> three_minutes(Practice& practice) {
  std::vector<SegmentRow> rows;
  for (int i = 0; i < 3; ++i) rows.push_back(practice.record("front", {kStart + minutes(i), kStart + minutes(i + 1)}));
  return rows;
}

TEST(I3, EveryCrashPointLeavesAPrefixThatRecoveryFinishes) {
  for (int crash = 1; crash <= 5; ++crash) {
    SCOPED_TRACE("crash before step " + std::to_string(crash));
    Practice practice(kStart);
    const auto rows = three_minutes(practice);
    practice.clock.advance(days(29));
    practice.parts->eraser.on_step([&](int step) { if (step == crash) throw PowerCut{}; });
    EXPECT_THROW(practice.parts->sweeper.sweep(), PowerCut);
    practice.restart();
    const auto state = crash == 1 ? State::live : State::condemned;
    ASSERT_EQ(practice.parts->catalogue.in_state(state).size(), 3u);
    for (const auto& row : rows) {
      EXPECT_EQ(practice.parts->keys.read(row.slot, row.id).has_value(), crash <= 2);
      EXPECT_EQ(practice.file_exists(row), crash <= 3);
    }
    EXPECT_EQ(practice.recover().finished_deletions, crash == 1 ? 0u : 3u);
    if (crash == 1) { EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 3u); }
    for (const auto& row : rows) {
      EXPECT_FALSE(practice.exists(row.id) || practice.file_exists(row));
      EXPECT_FALSE(practice.parts->keys.read(row.slot, row.id));
    }
    const auto last = practice.parts->catalogue.ledger(1, 100).back();
    EXPECT_EQ(last.act, "sweep");
    EXPECT_THAT(last.subject, testing::HasSubstr("\"segments\":3"));
  }
}

TEST(I3, ADeletionThatFailedHalfWayGoesOnWithTheNextSweep) {
  Practice practice(kStart);
  three_minutes(practice);
  practice.clock.advance(days(29));
  practice.parts->eraser.on_step([](int step) { if (step == 4) throw PowerCut{}; });
  EXPECT_THROW(practice.parts->sweeper.sweep(), PowerCut);
  practice.parts->eraser.on_step([](int) {});
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 3u);
  EXPECT_TRUE(practice.parts->catalogue.in_state(State::condemned).empty());
}

TEST(Sweeper, ADryRunTellsWhatWouldGoAndTouchesNothing) {
  Practice practice(kStart);
  const auto rows = three_minutes(practice);
  practice.clock.set({kStart + days(28) + minutes(2), kStart + days(28) + minutes(2)});
  const auto report = practice.parts->sweeper.dry_run();
  ASSERT_EQ(report.due.size(), 2u);
  EXPECT_EQ(report.due[0].id, rows[0].id);
  EXPECT_EQ(report.deleted, 0u);
  for (const auto& row : rows) EXPECT_TRUE(practice.exists(row.id) && practice.file_exists(row));
}

TEST(Sweeper, TakesMoreThanOneBatchAndNotesEachInTheLedger) {
  Practice practice(kStart);
  for (int i = 0; i < 450; ++i) practice.record_row("front", {kStart + Seconds(i), kStart + Seconds(i + 1)});
  practice.clock.advance(days(29));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 450u);
  std::size_t sweeps = 0;
  for (const auto& entry : practice.parts->catalogue.ledger(1, 100)) sweeps += entry.act == "sweep";
  EXPECT_EQ(sweeps, 3u);
}

TEST(Sweeper, FinishesThoughTheFileIsAlreadyGone) {
  Practice practice(kStart);
  const auto rows = three_minutes(practice);
  remove_file(practice.parts->vaults.path_of(rows[1]));
  practice.clock.advance(days(29));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 3u);
}

TEST(Sweeper, LeavesNoEmptyFolders) {
  Practice practice(kStart);
  const auto early = practice.record("front", {kStart, kStart + minutes(1)});
  const auto late = practice.record("front", {kStart + days(1), kStart + days(1) + minutes(1)});
  const auto folder_of = [&](const SegmentRow& row) { return practice.parts->vaults.path_of(row).parent_path(); };
  practice.clock.advance(days(28) + hours(1));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  EXPECT_FALSE(boost::filesystem::exists(folder_of(early).parent_path())) << "the day is empty";
  EXPECT_TRUE(practice.file_exists(late));
  practice.clock.advance(days(1));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  EXPECT_TRUE(practice.parts->vaults.online("main"));
  EXPECT_TRUE(practice.file_exists(practice.record("front", {practice.clock.now(), practice.clock.now() + minutes(1)})));
}

TEST(Sweeper, NextIsTheEarliestExpiryThatNoHoldKeeps) {
  Practice practice(kStart);
  const auto rows = three_minutes(practice);
  EXPECT_EQ(practice.parts->catalogue.next_expiry(), rows[0].expires_at);
  practice.parts->holds.add(practice.request({{"front", rows[0].span}}), practice.manager);
  EXPECT_EQ(practice.parts->catalogue.next_expiry(), rows[1].expires_at);
}

TEST(Sweeper, NextIsNotTheEndOfAReleasedHoldWhoseFootageStaysLonger) {
  Practice practice(kStart);
  const auto rows = three_minutes(practice);
  auto& catalogue = practice.parts->catalogue;
  const auto released = practice.parts->holds.add(practice.request({{"front", rows[0].span}}), practice.manager);
  practice.parts->holds.release(released.hold.id, "closed", practice.manager);
  EXPECT_EQ(catalogue.next_expiry(), rows[0].expires_at);  // 28 days, not the 24 hours of the hold
}

TEST(Sweeper, NextIsTheEndOfTheLastReleasedHoldWhenItsFootageHasExpired) {
  Practice practice(kStart);
  const auto rows = three_minutes(practice);
  auto& holds = practice.parts->holds;
  auto& catalogue = practice.parts->catalogue;
  const auto all = practice.request({{"front", {rows[0].span.from, rows[2].span.to}}});
  const auto first = holds.add(all, practice.manager), second = holds.add(all, practice.manager);
  const auto third = holds.add(practice.request({{"front", rows[1].span}}), practice.manager);
  practice.clock.advance(days(30));
  holds.release(first.hold.id, "closed", practice.manager);
  EXPECT_EQ(catalogue.next_expiry(), std::nullopt);  // two other holds keep all of it
  practice.clock.advance(std::chrono::hours(1));
  holds.release(second.hold.id, "closed", practice.manager);
  const auto due = practice.clock.now() + std::chrono::hours(24);
  EXPECT_EQ(catalogue.next_expiry(), due);
  practice.clock.set({due, due});
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 2u);
  EXPECT_EQ(catalogue.next_expiry(), std::nullopt);
  EXPECT_EQ(holds.show(third.hold.id).segments.size(), 1u);
}

TEST(I19, AVaultThatIsOffLineIsNotSwept) {
  Practice practice(kStart);
  const auto rows = three_minutes(practice);
  practice.clock.advance(days(29));
  practice.parts.reset();
  boost::filesystem::rename(practice.folder.path / "vault", practice.folder.path / "elsewhere");
  boost::filesystem::create_directories(practice.folder.path / "vault" / "foreign");
  practice.restart();
  ASSERT_FALSE(practice.parts->vaults.online("main"));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  EXPECT_EQ(practice.parts->catalogue.in_state(State::live).size(), 3u);
  for (const auto& row : rows) EXPECT_TRUE(practice.parts->keys.read(row.slot, row.id));
}

}  // namespace
}  // namespace tenure::storage
