#include <gmock/gmock.h>

#include <map>

#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Instant kStart = at("2026-03-02T10:00:00Z");
const Interval kMinute{kStart, kStart + minutes(1)};

TEST(Recovery, SalvagesASegmentThatWasBeingRecorded) {
  Practice practice(kStart);
  const auto row = practice.reserve("front", kMinute);
  practice.restart();
  EXPECT_EQ(practice.recover().salvaged, 1u);
  const auto found = practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = row.id});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].state, State::live);
  EXPECT_EQ(found[0].span, kMinute);
  EXPECT_EQ(found[0].expires_at, kMinute.to + std::chrono::days(28));
  const auto key = practice.parts->keys.read(row.slot, row.id);
  EXPECT_TRUE(SealedReader(File(practice.parts->vaults.path_of(row), File::Mode::read), *key).verify());
}

TEST(Recovery, DropsAReservationThatNeverGotAFragment) {
  Practice practice(kStart);
  const auto row = practice.reserve("front", kMinute, /*with_fragment=*/false);
  practice.restart();
  EXPECT_EQ(practice.recover().salvaged, 0u);
  EXPECT_FALSE(practice.exists(row.id) || practice.file_exists(row));
  EXPECT_EQ(practice.parts->keys.in_use(), 0u);
}

TEST(Recovery, TellsOfEachFileThatALongStartIsNotTakenForOneThatHangs) {
  Practice practice(kStart);
  for (int i = 0; i < 3; ++i) practice.record("front", {kStart + minutes(i), kStart + minutes(i + 1)});
  practice.reserve("waiting-room", kMinute);
  practice.restart();
  std::map<std::string, int> told;
  auto& parts = *practice.parts;
  recover({parts.catalogue, practice.clock, parts.vaults, parts.keys, parts.holds, parts.eraser},
          [&](const std::string& doing) { ++told[doing]; });
  EXPECT_THAT(told, testing::ElementsAre(testing::Pair("finishing what was cut off", 1),
                                         testing::Pair("looking at the newest files", 4),
                                         testing::Pair("looking whether a file is missing", 4),
                                         testing::Pair("saving what was being recorded", 1)));
}

TEST(I2, AFileWithoutARowIsAdoptedWithALedgerEntry) {
  Practice practice(kStart);
  const auto row = practice.record("front", kMinute);
  practice.parts.reset();
  boost::filesystem::remove_all(practice.folder.path / "catalogue");
  practice.restart();
  EXPECT_EQ(practice.recover().adopted, 1u);
  const auto found = practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = row.id});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].span, kMinute);
  EXPECT_EQ(practice.parts->catalogue.ledger(1, 100).back().act, "adopt");
  EXPECT_EQ(practice.recover().adopted, 0u) << "once";
}

TEST(I2, AFileWhoseKeyWasErasedIsQuarantinedAndNeverAdopted) {
  Practice practice(kStart);
  const auto row = practice.record("front", kMinute);
  practice.parts->keys.erase(row.slot);
  practice.parts->keys.sync();
  practice.parts.reset();
  boost::filesystem::remove_all(practice.folder.path / "catalogue");
  practice.restart();
  const auto report = practice.recover();
  EXPECT_EQ(report.adopted, 0u);
  EXPECT_EQ(report.quarantined, 1u);
  EXPECT_TRUE(boost::filesystem::exists(practice.folder.path / "vault" / "quarantine" / (row.id.text() + ".seg")));
  EXPECT_EQ(practice.parts->catalogue.ledger(1, 100).back().act, "quarantine");
}

TEST(I2, AFileThatIsNoSegmentIsQuarantined) {
  Practice practice(kStart);
  const auto row = practice.record("front", kMinute);
  const auto folder = practice.parts->vaults.path_of(row).parent_path();
  write_durably(folder / "holiday.seg", as_view("not one of ours"));
  write_durably(folder / (SegmentId::make(kStart).text() + ".seg"), as_view("nor this"));
  EXPECT_EQ(practice.recover().quarantined, 2u);
  EXPECT_TRUE(practice.file_exists(row));
}

TEST(I19, AMissingFileIsLostAndNotDeleted) {
  Practice practice(kStart);
  const auto row = practice.record("front", kMinute);
  remove_file(practice.parts->vaults.path_of(row));
  EXPECT_EQ(practice.recover().lost, 1u);
  const auto found = practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = row.id});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].state, State::lost);
  EXPECT_EQ(practice.recover().lost, 0u) << "told once";
}

// As behind a restore whose catalogue is older than the deletion.
TEST(I19, WhatIsDueIsNoLossThoughItsFileIsMissingUnlessAHoldKeepsIt) {
  Practice practice(kStart);
  const auto due = practice.record("front", kMinute), held = practice.record("waiting-room", kMinute);
  practice.parts->holds.add(practice.request({{"waiting-room", kMinute}}), practice.manager);
  for (const auto& row : {due, held}) remove_file(practice.parts->vaults.path_of(row));
  practice.clock.advance(std::chrono::days(29));
  EXPECT_EQ(practice.recover().lost, 1u);
  EXPECT_EQ(practice.parts->catalogue.in_state(State::lost).at(0).id, held.id);
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  EXPECT_FALSE(practice.exists(due.id));
  EXPECT_TRUE(practice.exists(held.id));
}

TEST(I19, AVaultMissingAtStartIsNeitherMadeAnewNorSweptNorLost) {
  Practice practice(kStart);
  const auto row = practice.record("front", kMinute);
  const auto reserved = practice.reserve("waiting-room", kMinute);
  const Path vault = practice.folder.path / "vault", elsewhere = practice.folder.path / "elsewhere";
  boost::filesystem::rename(vault, elsewhere);
  practice.clock.advance(std::chrono::days(40));  // all of it is due
  practice.restart();
  const auto report = practice.recover();
  EXPECT_EQ(report.lost + report.salvaged + report.finished_deletions, 0u);
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  EXPECT_FALSE(boost::filesystem::exists(vault));
  EXPECT_EQ(practice.parts->keys.in_use(), 2u) << "no key goes while its file cannot be reached";
  boost::filesystem::rename(elsewhere, vault);
  practice.restart();
  EXPECT_EQ(practice.recover().salvaged, 1u);
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 2u);
  EXPECT_FALSE(practice.exists(row.id) || practice.exists(reserved.id) || practice.file_exists(row));
}

TEST(I19, AVaultThatGoesDuringASweepKeepsItsRowsCondemned) {
  Practice practice(kStart);
  const auto row = practice.record("front", kMinute);
  const Path vault = practice.folder.path / "vault", elsewhere = practice.folder.path / "elsewhere";
  practice.clock.advance(std::chrono::days(40));
  practice.parts->eraser.on_step([&](int step) {
    if (step == 3) boost::filesystem::rename(vault, elsewhere);
  });
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  EXPECT_EQ(practice.parts->catalogue.in_state(State::condemned).size(), 1u);
  practice.parts->eraser.on_step([](int) {});
  boost::filesystem::rename(elsewhere, vault);
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  EXPECT_FALSE(practice.file_exists(row) || practice.exists(row.id));
}

TEST(Recovery, SettlesWhatACrashLeftHoweverLongAgo) {
  Practice practice(kStart);
  const auto reserved = practice.reserve("front", kMinute);
  const auto empty = practice.reserve("front", {kMinute.to, kMinute.to + minutes(1)}, /*with_fragment=*/false);
  const auto gone = practice.record("waiting-room", kMinute);
  remove_file(practice.parts->vaults.path_of(gone));
  const auto orphan = practice.reserve("waiting-room", {kMinute.to, kMinute.to + minutes(1)});
  practice.parts->catalogue.drop_reservation(orphan.id);  // as if the crash had come before it
  practice.clock.advance(std::chrono::days(20));  // the machine was off
  practice.restart();
  const auto report = practice.recover();
  EXPECT_EQ(report.salvaged, 1u);
  EXPECT_EQ(report.adopted, 1u);
  EXPECT_EQ(report.lost, 1u);
  EXPECT_TRUE(practice.parts->catalogue.in_state(State::reserved).empty());
  EXPECT_TRUE(practice.exists(reserved.id) && practice.exists(orphan.id));
  EXPECT_FALSE(practice.exists(empty.id));
}

TEST(Recovery, DropsACallThatWasNeverCommittedBecauseItsSourceStillHasIt) {
  Practice practice(kStart);
  SegmentRow row;
  row.id = SegmentId::make(kStart);
  row.source = "pbx";
  row.cls = "calls";
  row.kind = Kind::calls;
  row.span = {kStart, kStart + minutes(3)};
  row.vault = "main";
  row.slot = practice.parts->keys.reserve(row.id).slot;
  practice.parts->catalogue.reserve_segment(row);
  practice.parts->vaults.create("main", "calls", "pbx", kStart, row.id).write_at(0, as_view("half a call"));
  practice.restart();
  practice.recover();
  EXPECT_FALSE(practice.exists(row.id) || practice.file_exists(row));
  EXPECT_EQ(practice.parts->keys.in_use(), 0u);
}

}  // namespace
}  // namespace tenure::storage
