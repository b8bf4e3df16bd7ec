// The promise report's judgement where several things meet: a file, its row, its key, its date and whatever holds it.
#include <gmock/gmock.h>

#include "storage/keys/slot_format.h"
#include "tests/storage/attested.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
using std::chrono::days;

class Judged : public testing::Test {
 protected:
  Judged() {
    fs::create_directories(practice.state() / "staging");
    order = practice.order();
  }
  // As if the sweep had not run.
  void after_fresh_expired() {
    order.time = {practice.fresh.expires_at + Seconds(70), practice.fresh.expires_at + Seconds(70)};
  }
  void copy(const SegmentRow& row) { fs::copy_file(practice.file_of(row), practice.state() / "staging" / "copy"); }
  void set(const SegmentRow& row, const std::string& what) {
    practice.sql("UPDATE segment SET " + what + " WHERE id = " + hex(row.id));
  }
  void forget(const SegmentId& id) { practice.sql("DELETE FROM segment WHERE id = " + hex(id)); }
  std::string found() { return found_in(attest(order)); }

  AttestedPractice practice;
  AttestationOrder order;
};

TEST_F(Judged, ADeletionByOrderThatLeftItsKeyIsUnfinishedThoughItsDateHasNotCome) {
  set(practice.fresh, "state = 2");
  EXPECT_EQ(found(), "deletion-unfinished 1");
  practice.erase_key(practice.fresh);
  EXPECT_EQ(found(), "file-without-key 1");
}

TEST_F(Judged, WhatIsPastItsDateWithoutAKeyIsOnlyAFile) {
  after_fresh_expired();
  practice.erase_key(practice.fresh);
  EXPECT_EQ(found(), "file-without-key 1");
}

TEST_F(Judged, ALostRecordingThatIsBackAndPastItsDateIsPastItsDate) {
  set(practice.fresh, "state = 3");
  after_fresh_expired();
  EXPECT_EQ(found(), "past-date 1");
}

TEST_F(Judged, ACopyIsPastItsDateOnlyWhenItsRecordingIsAndCanBeReadAndIsNotHeld) {
  copy(practice.held);
  EXPECT_EQ(found(), "copy 1") << "held";
  fs::remove(practice.state() / "staging" / "copy");
  copy(practice.fresh);
  EXPECT_EQ(found(), "copy 1") << "within its time";
  after_fresh_expired();
  EXPECT_EQ(found(), "past-date 1, copy-past-date 1");
  practice.erase_key(practice.fresh);
  EXPECT_EQ(found(), "copy 1, file-without-key 1") << "unreadable";
}

TEST_F(Judged, ACopyOfARecordingThatTheCatalogueDoesNotKnowIsACopy) {
  copy(practice.fresh);
  forget(practice.fresh.id);
  EXPECT_EQ(found(), "orphan 1, copy 1");
}

TEST_F(Judged, ACallWithoutItsRowIsAnOrphanUntilItsDateAndNothingIsPromisedWithoutItsClass) {
  forget(practice.call);
  EXPECT_EQ(found(), "orphan 1");
  order.time = {at("2030-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z")};
  EXPECT_THAT(found(), testing::HasSubstr("orphan-past-date 1"));
  order = practice.order();
  practice.sql("DELETE FROM policy WHERE class = 'calls'");
  EXPECT_EQ(found(), "no-promise 2");
}

TEST_F(Judged, AFileWhoseKeysSlotBelongsToAnotherRecordingCannotBeRead) {
  const auto other = practice.record("front", {at("2026-03-28T08:05:00Z"), at("2026-03-28T08:06:00Z")});
  forget(practice.fresh.id);
  set(other, "slot = " + std::to_string(practice.fresh.slot));
  EXPECT_EQ(found(), "key-without-recording 1, file-of-lost-key 1, misfiled 1");
}

TEST_F(Judged, AFileThatSaysAnythingElseThanItsRowIsMisfiled) {
  const auto& row = practice.fresh;
  const auto micros = [](Instant at) { return std::to_string(micros_of(at)); };
  for (const auto& [changed, back] :
       {std::pair("start_at = " + micros(row.span.from + Seconds(1)), "start_at = " + micros(row.span.from)),
        std::pair("end_at = " + micros(row.span.from + std::chrono::minutes(11)), "end_at = " + micros(row.span.to)),
        std::pair(std::string("slot = 1000000"), "slot = " + std::to_string(row.slot))}) {
    set(row, changed);
    EXPECT_THAT(found(), testing::HasSubstr("misfiled 1")) << changed;
    set(row, back);
    EXPECT_EQ(found(), "");
  }
  set(row, "class = 'calls'");
  EXPECT_EQ(found(), "misfiled 1, missing-file 1");
}

TEST_F(Judged, WithoutVersionsOfAPolicyThePolicyItselfIsThePromise) {
  practice.sql("DELETE FROM policy_version");
  EXPECT_EQ(found(), "");
  set(practice.fresh, "expires_at = expires_at + 86400000000");
  EXPECT_EQ(found(), "stretched 1");
}

TEST_F(Judged, ARecordingThatHasNoFirstByteYetIsNoDamageWhileItIsReserved) {
  const auto begun =
      practice.reserve("front", {practice.clock.now() - Seconds(1), practice.clock.now()}, /*with_fragment=*/false);
  fs::resize_file(practice.file_of(begun), 0);
  EXPECT_EQ(found(), "");
  fs::rename(practice.file_of(begun), practice.file_of(begun).parent_path() / "another.seg");
  EXPECT_EQ(found(), "unreadable 1") << "no recording has that name";
  const auto file = practice.file_of(practice.fresh);
  fs::remove(practice.file_of(begun).parent_path() / "another.seg");
  fs::resize_file(file, 0);
  EXPECT_EQ(found(), "unreadable 1") << "a finished one has its bytes";
}

TEST_F(Judged, WhatElseLiesInAVaultIsToldForWhatItIs) {
  const auto folder = practice.vault() / "cctv";
  write_file(folder / "notes.txt", "notes");
  write_file(practice.vault() / "ballast" / "1", "ballast");
  EXPECT_EQ(found(), "");
  EXPECT_EQ(attest(order).unknown_files, 1u);
  write_file(folder / "half.tmp", "TENURESF");
  EXPECT_EQ(found(), "unreadable 1");
  fs::remove(folder / "half.tmp");
  fs::create_symlink(practice.state() / "nowhere", folder / "dangling");
  EXPECT_EQ(found(), "unreadable 1");
  fs::remove(folder / "dangling");
  fs::copy_file(practice.state() / "catalogue/catalogue.db", folder / "saved");
  EXPECT_EQ(found(), "catalogue-copy 1");
  fs::remove(folder / "saved");
  fs::copy_file(PracticeBackups(practice).keys(), folder / "box");
  EXPECT_EQ(found(), "key-backup-copy 1");
}

TEST_F(Judged, AKeyBackupThatLiesAloneIsTooOldAfterItsWeekOrAnErasure) {
  PracticeBackups made(practice);
  fs::copy_file(made.keys(), practice.state() / "box");
  EXPECT_EQ(found(), "key-backup-copy 1");
  practice.clock.advance(days(8));
  made.keys();
  order = practice.order();
  EXPECT_EQ(found(), "key-backup-elsewhere 1");
}

TEST_F(Judged, WhatLiesInTheStagingFolderIsAWorkingFileUnlessItCannotBeRead) {
  write_file(practice.state() / "staging" / "half", "TENURESF");
  EXPECT_EQ(found(), "working-file 1");
  fs::create_symlink(practice.state() / "nowhere", practice.state() / "staging" / "dangling");
  fs::create_symlink(practice.state() / "nowhere", practice.state() / "dangling");
  EXPECT_EQ(found(), "working-file 1");
  EXPECT_EQ(attest(order).unknown_files, 2u);
}

TEST_F(Judged, WhatGoesBetweenTheFirstLookAndTheSecondIsNoViolation) {
  fs::remove(practice.file_of(practice.fresh));
  copy(practice.held);
  order.settle = [&] {
    forget(practice.fresh.id);
    practice.erase_key(practice.fresh);
    fs::remove(practice.state() / "staging" / "copy");
  };
  EXPECT_EQ(found(), "");
}

TEST_F(Judged, AMissingFileIsLookedForInItsOwnVaultOnly) {
  const auto second = practice.state() / "second";
  write_file(second / "tenure-vault", "vault second\n");
  order.vaults.insert(order.vaults.begin(), {"second", second});
  fs::remove(practice.file_of(practice.fresh));
  EXPECT_EQ(found(), "missing-file 1");
  write_file(second / "tenure-vault", "vault another\n");
  EXPECT_EQ(found(), "vault-off-line 1, missing-file 1") << "the folder is another vault's";
}

TEST_F(Judged, AReleasedHoldIsToldWhileItCountsAndItsFileMayBeGone) {
  practice.parts->holds.release(practice.hold, "closed", practice.manager);
  const auto report = attest(order);
  ASSERT_EQ(report.holds.size(), 1u);
  EXPECT_EQ(report.holds[0].state, "releasing");
  EXPECT_FALSE(report.holds[0].review_due);
  fs::remove(practice.state() / "holds" / (practice.hold.text() + ".hold"));
  EXPECT_EQ(found(), "");
  write_file(practice.state() / "holds" / "no-id.hold", "?");
  EXPECT_EQ(found(), "hold-file-without-row 1");
}

TEST_F(Judged, GapsAreToldBySourceWithTheirCommonestCause) {
  const auto gap = [&](const char* source, int from, int to, const char* cause) {
    practice.parts->catalogue.add_gap(
        {source, {practice.clock.now() - Seconds(from), practice.clock.now() - Seconds(to)}, cause});
  };
  gap("front", 500, 400, "connection refused");
  gap("front", 300, 290, "frozen");
  gap("waiting-room", 900, 100, "connection refused");
  const auto gaps = attest(order).gaps;
  ASSERT_EQ(gaps.size(), 2u);
  EXPECT_EQ(gaps[0].source, "waiting-room");
  EXPECT_EQ(gaps[1].source, "front");
  EXPECT_EQ(gaps[1].cause, "connection refused");
  EXPECT_EQ(gaps[1].gaps, 2u);
}

TEST_F(Judged, ACallFolderOfNoPromiseIsCountedAndItsFoldersAndBrokenLinksAreNot) {
  const auto folder = practice.elsewhere.path / "calls";
  write_file(folder / "2020" / "old.wav", "RIFF");
  fs::last_write_time(folder / "2020" / "old.wav", 1'577'836'800);
  fs::create_symlink(practice.state() / "nowhere", folder / "dangling");
  order.call_folders = {{"pbx", "no such class", folder}};
  const auto report = attest(order);
  EXPECT_EQ(report.call_folders.at(0).files, 1u);
  EXPECT_EQ(report.call_folders[0].older_than_promised, 0u) << "nothing is promised for it";
}

TEST_F(Judged, APolicyThatIsNoneStopsTheReport) {
  practice.sql("UPDATE policy SET period = 'for ever' WHERE class = 'cctv'");
  EXPECT_THAT(error_of([&] { found(); }), testing::HasSubstr("for ever"));
}

}  // namespace
}  // namespace tenure::storage
