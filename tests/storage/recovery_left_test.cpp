// What a start and the walk find that does not fit: each is settled on its own evidence, and nothing is deleted for
// want of a disk (I2, I19).
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/recovery/orphans.h"
#include "storage/recovery/quarantine.h"
#include "storage/recovery/scrub.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

const Instant kStart = at("2026-03-02T10:00:00Z");
const Interval kMinute{kStart, kStart + minutes(1)};

class RecoveryLeft : public testing::Test {
 protected:
  Path path_of(const SegmentRow& row) const { return practice.parts->vaults.path_of(row); }
  OrphanParts orphan_parts() {
    auto& parts = *practice.parts;
    return {parts.catalogue, practice.clock, parts.vaults, parts.keys, &parts.calls};
  }
  RecoveryParts recovery_parts() {
    auto& parts = *practice.parts;
    return {parts.catalogue, practice.clock, parts.vaults, parts.keys, parts.holds, parts.eraser, &parts.calls};
  }
  std::optional<SegmentRow> row_of(const SegmentId& id) const {
    const auto found = practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id});
    return found.empty() ? std::nullopt : std::optional(found.front());
  }
  void forget_row(const SegmentRow& row) {
    practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
      transaction.db.run("DELETE FROM call WHERE segment = ?", row.id);
      transaction.db.run("DELETE FROM segment WHERE id = ?", row.id);
    });
  }
  LedgerEntry last() const { return practice.parts->catalogue.ledger(1, 1000).back(); }
  Practice practice{kStart + hours(1)};
};

TEST_F(RecoveryLeft, AReservationWithoutItsFileOrItsKeyIsDroppedAndTheOthersAreSaved) {
  const auto fileless = practice.reserve("front", kMinute),
             keyless = practice.reserve("front", {kMinute.to, kMinute.to + minutes(1)});
  const auto torn = practice.reserve("front", {kMinute.to + minutes(1), kMinute.to + minutes(2)});
  const auto sound = practice.reserve("waiting-room", kMinute);
  File(path_of(torn), File::Mode::read_write).write_at(0, as_view("no header"));
  remove_file(path_of(fileless));
  practice.parts->keys.erase(keyless.slot);
  practice.restart();
  EXPECT_EQ(practice.recover().salvaged, 1u);
  EXPECT_FALSE(row_of(fileless.id) || row_of(keyless.id) || row_of(torn.id));
  EXPECT_FALSE(fs::exists(path_of(keyless))) << "nobody can read it any more, and nothing of it was acknowledged";
  EXPECT_EQ(row_of(sound.id)->state, State::live);
  EXPECT_EQ(practice.parts->keys.in_use(), 1u);
}

TEST_F(RecoveryLeft, I1_AReservationWhoseFileItsDiskDoesNotGiveWaits) {
  const auto row = practice.reserve("front", kMinute);
  fs::rename(path_of(row), practice.folder.path / "aside");
  fs::create_symlink(practice.folder.path / "aside", path_of(row));  // there, and not opened
  EXPECT_EQ(practice.recover().salvaged, 0u);
  EXPECT_EQ(row_of(row.id)->state, State::reserved);
  EXPECT_TRUE(practice.parts->keys.read(row.slot, row.id).has_value());
  remove_file(path_of(row));
  fs::rename(practice.folder.path / "aside", path_of(row));
  EXPECT_EQ(practice.recover().salvaged, 1u);
}

TEST_F(RecoveryLeft, I1_OfTwoThatFailedTheCommittedOneIsKeptAndTheOtherSettled) {
  const auto committed = practice.record("front", kMinute);
  const auto open = practice.reserve("waiting-room", kMinute);
  auto unknown = open;
  unknown.id = SegmentId::make(kStart);  // its reservation never came
  EXPECT_TRUE(settle_failed(recovery_parts(), {committed, open, unknown}).empty());
  EXPECT_EQ(row_of(committed.id)->state, State::live);
  EXPECT_EQ(row_of(open.id)->state, State::live);
  EXPECT_TRUE(practice.file_exists(committed) && practice.file_exists(open));
}

TEST_F(RecoveryLeft, I2_AFileThatLiesInAnotherHourIsQuarantinedAndItsRecordingIsNot) {
  const auto row = practice.record("front", kMinute);
  auto moved = row;
  moved.span.from -= hours(2);
  make_directories(path_of(moved).parent_path());
  fs::copy_file(path_of(row), path_of(moved));
  EXPECT_EQ(practice.recover().quarantined, 0u) << "its name is known";
  forget_row(row);
  fs::remove(path_of(row));
  EXPECT_EQ(practice.recover().quarantined, 1u);
  EXPECT_THAT(last().reason, HasSubstr("does not lie where its header says"));
  EXPECT_FALSE(row_of(row.id));
  EXPECT_TRUE(fs::exists(practice.folder.path / "vault" / "quarantine" / (row.id.text() + ".seg")));
}

TEST_F(RecoveryLeft, I2_ACallWithoutItsEndIsQuarantinedAndNeverAdopted) {
  const auto row = *row_of(practice.import(call_at(kStart, "07700 900123", "a"), "some sound").id);
  forget_row(row);
  fs::resize_file(path_of(row), row.bytes - 10);
  EXPECT_EQ(recover(recovery_parts()).quarantined, 1u);
  EXPECT_THAT(last().reason, HasSubstr("its source still has it"));
  EXPECT_FALSE(row_of(row.id));
}

TEST_F(RecoveryLeft, I2_FootageOfWhichNoFragmentIsWholeIsQuarantined) {
  const auto row = practice.reserve("front", kMinute, /*with_fragment=*/false);
  forget_row(row);
  EXPECT_EQ(practice.recover().quarantined, 1u);
  EXPECT_FALSE(row_of(row.id) || practice.file_exists(row));
  EXPECT_TRUE(practice.parts->keys.read(row.slot, row.id).has_value()) << "a person looks at it first";
}

TEST_F(RecoveryLeft, I12_WhatIsAdoptedIsDoubtfulOnlyWhenItWasRecordedOnTheLine) {
  const auto before = practice.record("front", kMinute);
  const auto line = kStart + minutes(30);
  const auto behind = practice.record("front", {line + minutes(1), line + minutes(2)});
  for (const auto& row : {before, behind}) forget_row(row);
  practice.clock.set({kStart + hours(1), kStart + days(30), line});
  EXPECT_EQ(practice.recover().adopted, 2u);
  EXPECT_FALSE(row_of(before.id)->time_doubtful);
  EXPECT_TRUE(row_of(behind.id)->time_doubtful);
  EXPECT_EQ(row_of(behind.id)->line, line);
}

TEST_F(RecoveryLeft, I19_AFileOfAnotherSizeIsLostAndOneThatIsRightIsNot) {
  const auto cut = practice.record("front", kMinute), sound = practice.record("waiting-room", kMinute);
  fs::resize_file(path_of(cut), cut.bytes - 1);
  EXPECT_EQ(practice.recover().lost, 1u);
  EXPECT_EQ(row_of(cut.id)->state, State::lost);
  EXPECT_EQ(row_of(sound.id)->state, State::live);
  EXPECT_TRUE(practice.file_exists(cut));
}

// Evidence of the age of what lies in quarantine: its header, else its name, else when it was written.
TEST_F(RecoveryLeft, I8_QuarantineKeepsWhatNobodyKnowsTheAgeOf) {
  const auto folder = practice.folder.path / "vault" / "quarantine";
  make_directories(folder);
  const auto named = folder / (SegmentId::make(kStart).text() + ".seg"), unnamed = folder / "holiday.seg";
  for (const auto& file : {named, unnamed}) write_durably(file, as_view("not one of ours"));
  EXPECT_EQ(evidence_of(named).from, kStart);
  fs::last_write_time(unnamed, 1'000'000'000);
  EXPECT_EQ(evidence_of(unnamed).from, Instant(Seconds(1'000'000'000)));
  EXPECT_EQ(evidence_of(folder / "gone").from, Instant::max());
  fs::create_directory(folder / "a folder");
  EXPECT_EQ(end_quarantine(orphan_parts()).ended, 1u) << "of 2001";
  EXPECT_TRUE(fs::exists(named) && !fs::exists(unnamed) && fs::exists(folder / "a folder"));
  practice.clock.advance(days(4 * 365));
  EXPECT_EQ(end_quarantine(orphan_parts()).ended, 1u) << "past the longest of all promises";
}

TEST_F(RecoveryLeft, I19_WhatIsLostAndDamagedIsNotFoundAgain) {
  const auto row = practice.record("front", kMinute, 1000);
  const auto bytes = read_whole(path_of(row));
  remove_file(path_of(row));
  practice.recover();
  ASSERT_EQ(row_of(row.id)->state, State::lost);
  const auto walk = [&] {
    Scrub again({.started = practice.clock.now()}, orphan_parts());
    while (!again.status().walked_at) again.step();
    return again.status().found;
  };
  EXPECT_EQ(walk(), 0u) << "it is not there";
  auto damaged = bytes;
  damaged[damaged.size() / 2] ^= 1;
  write_durably(path_of(row), damaged);
  EXPECT_EQ(walk(), 0u) << "it is not what was recorded";
  write_durably(path_of(row), bytes);
  EXPECT_EQ(walk(), 1u);
  EXPECT_EQ(row_of(row.id)->state, State::live);
}

TEST_F(RecoveryLeft, WhatIsWholeAndNotWhatWasRecordedIsDamageAndNamed) {
  const auto row = practice.record("front", kMinute, 100), other = practice.record("waiting-room", kMinute, 100);
  ASSERT_EQ(row.bytes, other.bytes);
  Scrub scrub({.started = practice.clock.now()}, orphan_parts());
  while (!scrub.status().walked_at) scrub.step();
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE segment SET digest = zeroblob(32) WHERE id = ?", other.id);
  });
  practice.clock.advance(Seconds(1));
  while (!scrub.status().last_done_at) practice.clock.advance(scrub.step());
  EXPECT_EQ(scrub.status().damaged_now, 1u);
  EXPECT_THAT(last().reason, HasSubstr("not what the catalogue says"));
  EXPECT_TRUE(practice.file_exists(other)) << "nothing is deleted for it";
}

}  // namespace
}  // namespace tenure::storage
