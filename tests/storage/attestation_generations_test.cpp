// The promise report in the folders of backups: whose file it is, of when, and what it could still open.
#include <gmock/gmock.h>

#include "storage/erasure/erasures.h"
#include "tests/storage/attested.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
using std::chrono::days;

class BackupFolders : public testing::Test {
 protected:
  BackupFolders() : made(practice) {}
  std::string found() { return found_in(practice.attest()); }
  OutsideReport report_of(const std::string& name) {
    for (auto& one : practice.attest().backups)
      if (one.name == name) return one;
    return {};
  }
  void erase_by_order(const SegmentRow& row) {
    practice.clock.advance(Seconds(60));
    Erasures erasures(practice.parts->catalogue, practice.clock, practice.parts->vaults, practice.parts->eraser,
                      made.ledger, practice.parts->keys.root(), {}, practice.state());
    erasures.order({{{row.source, row.span}}, {}, {}}, "a right", practice.manager, {});
  }

  AttestedPractice practice;
  PracticeBackups made;
};

TEST_F(BackupFolders, WhatElseIsOnTheDiskIsNotTenuresBusinessUnlessItLiesAmongItsRecordings) {
  made.data();
  write_file(made.disk / "holiday.mp4", "....ftypiso6");
  EXPECT_EQ(found(), "");
  write_file(made.disk / "vaults" / "clip.mp4", "....ftypiso6");
  EXPECT_EQ(found(), "plain-recording 1");
}

TEST_F(BackupFolders, ARecordingBesideABackupOfKeysOnlyIsNotCounted) {
  made.keys();
  write_file(made.disk / "vaults" / "left.seg", "sealed");
  EXPECT_EQ(found(), "");
  EXPECT_EQ(report_of("keys").files, 1u);
  EXPECT_EQ(report_of("recordings").files, 0u);
}

TEST_F(BackupFolders, ACopyOfWhatIsGoneOrGoingCountsAsDeletedSince) {
  made.data();
  EXPECT_EQ(report_of("recordings").deleted_since, 0u);
  const auto files = report_of("recordings").files;
  write_file(made.disk / "vaults" / "main" / "no-id.seg", "sealed");
  practice.sql("UPDATE segment SET state = 2 WHERE id = " + hex(practice.held.id));
  practice.erase_key(practice.held);
  EXPECT_EQ(report_of("recordings").files, files + 1);
  EXPECT_EQ(report_of("recordings").deleted_since, 2u);
}

TEST_F(BackupFolders, AKeyBackupThatWasChangedIsToldHoweverItWasChanged) {
  const auto file = made.keys();
  const auto whole = read_whole(file, 16 << 20);
  const auto changed = [&](const std::function<void(File&)>& change) {
    write_durably(file, whole);
    File open(file, File::Mode::read_write);
    change(open);
    return found();
  };
  EXPECT_EQ(changed([](File&) {}), "");
  EXPECT_EQ(changed([](File& open) { open.write_at(12, as_view("[1,2]")); }), "backup-changed 1")
      << "it does not say when it was made";
  EXPECT_EQ(changed([](File& open) { open.write_at(open.size(), as_view("x")); }), "backup-changed 1");
  EXPECT_EQ(changed([](File& open) { change_last_byte(open); }), "backup-changed 1");
}

TEST_F(BackupFolders, ANewerBackupThatARestoredCatalogueDoesNotKnowIsNoDamage) {
  made.data();
  const auto copy = made.disk / "catalogue.db";
  File(copy, File::Mode::read_write).write_at(fs::file_size(copy), as_view("x"));
  EXPECT_EQ(found(), "backup-changed 1");
  const auto say = [&](Instant made_at, const std::string& sha256) {
    write_file(made.disk / "tenure-backup.json",
               R"({"made_at":")" + to_rfc3339(made_at) + R"(","catalogue_sha256":")" + sha256 + "\"}");
  };
  const auto now = practice.clock.now();
  const auto sha256_of_copy = to_hex(sha256(read_whole(copy, 16 << 20)));
  say(now, sha256_of_copy);
  EXPECT_EQ(found(), "backup-changed 1") << "it is the one on record";
  say(now + Seconds(60), std::string(64, '0'));
  EXPECT_EQ(found(), "backup-changed 1") << "another, and not whole";
  for (const auto* text : {"", "[]", "{}", R"({"made_at":5})", R"({"made_at":"then","catalogue_sha256":""})"}) {
    write_file(made.disk / "tenure-backup.json", text);
    EXPECT_EQ(found(), "backup-changed 1") << text;
  }
  say(now + Seconds(60), sha256_of_copy);
  EXPECT_EQ(found(), "");
  EXPECT_THAT(report_of("recordings").problem, testing::HasSubstr("a newer backup lies there"));
}

TEST_F(BackupFolders, ACopyOfAKeyBackupBesideRecordingsIsFoundAndTooOldAfterItsWeek) {
  made.data();
  const auto recordings = made.disk;
  made.disk = practice.elsewhere.path / "keys";
  make_directories(made.disk);
  fs::copy_file(made.keys(), recordings / "to-be-safe");
  EXPECT_EQ(found(), "key-backup-copy 1");
  practice.clock.advance(days(8));
  made.keys();
  EXPECT_EQ(found(), "key-backup-elsewhere 1");
}

// Whoever deleted it as a stray copy would have none left.
TEST_F(BackupFolders, AFreshKeyBackupThatARebuiltCatalogueDoesNotKnowYetIsNoStrayCopy) {
  made.keys();
  practice.clock.advance(std::chrono::hours(1));
  const auto newest = made.keys();
  practice.sql("DELETE FROM backup WHERE name = '" + newest.filename().string() + "'");
  const auto found_by = [&](const std::string& ledger_key) {
    auto order = practice.order();
    order.ledger_key = ledger_key;
    return found_in(attest(order));
  };
  EXPECT_EQ(found_by(made.ledger.status().key), "");
  EXPECT_EQ(found_by("another's"), "key-backup-copy 1") << "tenured takes up its own only";
  EXPECT_EQ(found_by(""), "key-backup-copy 1");
  fs::copy_file(newest, made.disk / "to-be-safe");
  EXPECT_EQ(found_by(made.ledger.status().key), "key-backup-copy 1") << "nor one of another name";
  fs::remove(made.disk / "to-be-safe");
  erase_by_order(practice.fresh);
  write_file(made.disk / "none.tenure-keys", "TNRBOX01");
  EXPECT_EQ(found_by(made.ledger.status().key), "erased-in-backup 1, key-backup-elsewhere 2");
}

TEST_F(BackupFolders, AnErasureMakesEveryEarlierCopyOfTheKeysOneTooMany) {
  const auto file = made.keys();
  fs::copy_file(file, made.disk / "to-be-safe");
  EXPECT_EQ(found(), "key-backup-copy 1");
  erase_by_order(practice.fresh);
  EXPECT_EQ(found(), "erased-in-backup 1, key-backup-elsewhere 1");
  fs::remove(made.disk / "to-be-safe");
  fs::remove(file);
  EXPECT_EQ(found(), "backup-out-of-reach 1") << "somebody has taken it along";
}

TEST_F(BackupFolders, AnErasureThatARestoreDidAgainMakesNoCopyOfTheKeysOneTooMany) {
  made.keys();
  erase_by_order(practice.fresh);
  EXPECT_EQ(found(), "erased-in-backup 1");
  practice.sql("UPDATE erasure SET ordered_by = ''");  // nobody's here: the restore's backup of the keys knew of it
  EXPECT_EQ(found(), "");
}

TEST_F(BackupFolders, OnlyANewerVerifiedBackupOfKeysReplacesAnOldOne) {
  made.keys();
  practice.clock.advance(days(8));
  made.data();
  EXPECT_EQ(found(), "stale-key-backup 1") << "one of recordings does not";
  made.keys();
  EXPECT_EQ(found(), "");
  practice.sql("UPDATE backup SET gone_at = NULL");
  EXPECT_EQ(found(), "backup-out-of-reach 1");
  practice.sql("UPDATE backup SET verified_at = NULL");
  EXPECT_EQ(found(), "stale-key-backup 1");
}

TEST_F(BackupFolders, AFolderWithinAnothersIsLookedIntoOnce) {
  made.keys();
  made.disk /= "inner";
  make_directories(made.disk);
  made.keys();
  EXPECT_EQ(found(), "");
  std::vector<std::uint64_t> files;
  for (const auto& one : practice.attest().backups) files.push_back(one.files);
  EXPECT_THAT(files, testing::ElementsAre(1, 1));
}

TEST_F(BackupFolders, AVaultThatLiesInABackupsFolderIsNoPartOfIt) {
  made.data();
  const auto files = report_of("recordings").files;
  auto order = practice.order();
  const auto second = made.disk / "vaults" / "second";
  write_file(second / "tenure-vault", "vault second\n");
  write_file(second / "left.seg", "no header");
  order.vaults.push_back({"second", second});
  const auto report = attest(order);
  EXPECT_EQ(found_in(report), "unreadable 1") << "as what lies in a vault";
  EXPECT_EQ(report.backups.at(0).files, files);
}

TEST_F(BackupFolders, EachGenerationCouldBringBackWhatWasRecordedBeforeItAndDeletedAfter) {
  practice.clock.advance(days(20));
  made.keys();
  const auto late = practice.record("front", {practice.clock.now() + Seconds(60), practice.clock.now() + Seconds(120)});
  practice.sweep_after(days(6));  // takes what was there when the backup was made
  EXPECT_GT(report_of("keys").deleted_since, 0u);
  const auto before = report_of("keys").deleted_since;
  made.keys();
  write_file(made.disk / "unknown.tenure-keys", "TNRBOX01");
  EXPECT_EQ(found(), "key-backup-elsewhere 1");
  EXPECT_EQ(report_of("keys").deleted_since, before);
  EXPECT_TRUE(practice.exists(late.id));
}

}  // namespace
}  // namespace tenure::storage
