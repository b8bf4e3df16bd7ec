// Damage that anybody's reading finds is noted once, and what tombstones tell of deleted footage.
#include "storage/recovery/damage.h"

#include <gmock/gmock.h>

#include "storage/recovery/scrub.h"
#include "storage/sweep/deleted_spans.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Instant kStart = at("2026-03-02T10:00:00Z");

SegmentRow record_minute(Practice& practice, int n) { return practice.record("front", {kStart + minutes(n), kStart + minutes(n + 1)}); }

TEST(Damage, IsNotedOnceShownAtOnceAndTakenBack) {
  Practice practice(kStart + hours(1));
  auto& parts = *practice.parts;
  const auto row = record_minute(practice, 0);
  const Scrub scrub(Scrub::Options{.started = practice.clock.now()}, {parts.catalogue, practice.clock, parts.vaults, parts.keys, &parts.calls});
  EXPECT_FALSE(note_damage(parts.catalogue, practice.clock, row, "")) << "nothing to take back";
  EXPECT_TRUE(note_damage(parts.catalogue, practice.clock, row, "chunk 3 is not what was recorded"));
  EXPECT_FALSE(note_damage(parts.catalogue, practice.clock, row, "chunk 3 is not what was recorded"));
  EXPECT_EQ(scrub.status().damaged_now, 1u);
  EXPECT_EQ(scrub.damaged().at(0).why, "chunk 3 is not what was recorded");
  EXPECT_EQ(parts.catalogue.ledger(1, 100).back().act, "damaged");
  EXPECT_TRUE(note_damage(parts.catalogue, practice.clock, row, ""));
  EXPECT_EQ(scrub.status().damaged_now, 0u);
}

TEST(Damage, OfWhatWasDeletedMeanwhileIsNone) {
  Practice practice(kStart + hours(1));
  auto& parts = *practice.parts;
  const auto row = record_minute(practice, 0);
  practice.clock.advance(days(29));
  ASSERT_EQ(parts.sweeper.sweep().deleted, 1u);
  EXPECT_FALSE(note_damage(parts.catalogue, practice.clock, row, "its key cannot be read"));
}

TEST(Damage, AFileThatMayNotBeSeenIsNotMissing) {
  const TemporaryFolder folder;
  EXPECT_TRUE(is_missing(folder.path / "none"));
  write_durably(folder.path / "one", as_view("1"));
  EXPECT_FALSE(is_missing(folder.path / "one"));
}

TEST(DeletedSpans, TellWhatWasDeletedWhyAndWhenAndSinceWhenAnythingIsKnown) {
  Practice practice(kStart + hours(1));
  auto& parts = *practice.parts;
  const std::vector<SegmentRow> shed{record_minute(practice, 0), record_minute(practice, 1)};
  record_minute(practice, 2);
  const auto shed_at = practice.clock.now();
  parts.eraser.erase(Cause::pressure, [&](Catalogue::Transaction&, const TrustedTime&) { return shed; });
  practice.clock.advance(days(29));
  ASSERT_EQ(parts.sweeper.sweep().deleted, 1u);
  const auto all = deleted_spans(parts.catalogue, "front", {kStart - hours(1), kStart + hours(1)});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].span, (Interval{kStart, kStart + minutes(2)}));
  EXPECT_EQ(all[0].cause, Cause::pressure);
  EXPECT_EQ(all[0].first_at, shed_at);
  EXPECT_EQ(all[1].span, (Interval{kStart + minutes(2), kStart + minutes(3)}));
  EXPECT_EQ(all[1].cause, Cause::sweep);
  EXPECT_EQ(all[1].last_at, practice.clock.now());
  EXPECT_EQ(deleted_spans(parts.catalogue, "front", {kStart + Seconds(70), kStart + Seconds(80)}).size(), 1u);
  EXPECT_TRUE(deleted_spans(parts.catalogue, "waiting-room", {kStart - hours(1), kStart + hours(1)}).empty());
  EXPECT_EQ(known_since(parts.catalogue, "front"), kStart);
  EXPECT_FALSE(known_since(parts.catalogue, "waiting-room"));
}

}  // namespace
}  // namespace tenure::storage
