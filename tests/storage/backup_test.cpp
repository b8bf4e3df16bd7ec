// Backups: what they hold, how long they stay, and what is said when they are not made.
#include "tests/storage/backup_practice.h"

#include <algorithm>

#include "storage/backup/deletion_list.h"
#include "storage/backup/files.h"
#include "storage/backup/recovery_key.h"
#include "storage/backup/sealed_box.h"
#include "storage/catalogue/catalogue_state.h"
#include "tests/storage/number_told.h"

namespace tenure::storage {
namespace {
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
namespace fs = boost::filesystem;
using std::chrono::days;

TEST(NumberTold, IsNoticedHoweverItIsWrittenAndNotWithinAnId) {
  for (const auto* text : {"900123", R"({"number":"07700900123"})", "07700 900123", "+447700900123,", "pbx900123calls"})
    EXPECT_TRUE(tells_number(text, "900123")) << text;
  const auto id = std::string(13, 'a') + "900123" + std::string(13, 'b');
  EXPECT_FALSE(tells_number(id, "900123"));
  EXPECT_TRUE(tells_number(id + " 900123", "900123")) << "behind one";
  EXPECT_FALSE(tells_number("900124", "900123"));
}

TEST_F(BackupTest, TheDataHoldsNoKeysNoIndexAndNoLogins) {
  import("07700 900123", "1", "the sound of it, which must not be found in the clear");
  data();
  sqlite::Connection db(folder.path / "disk" / "catalogue.db", /*writes=*/false);
  for (const auto* table : {"call_token", "hold_number", "session"}) {
    auto query = db.query(std::string("SELECT count(*) FROM ") + table);
    query.step();
    EXPECT_EQ(query.integer(0), 0) << table;
  }
  const auto slot = read_whole(folder.path / "state" / "keys" / "a" / "slots", 16 << 20);
  const auto wrapped = View(slot).first(64).subspan(16);
  for (const auto& item : fs::recursive_directory_iterator(folder.path / "disk")) {
    if (!fs::is_regular_file(item.path())) continue;
    const auto bytes = read_whole(item.path(), 64 << 20);
    EXPECT_TRUE(std::ranges::search(bytes, wrapped).empty()) << item.path();
    EXPECT_THAT(std::string(as_text(bytes)), Not(HasSubstr("must not be found in the clear"))) << item.path();
    EXPECT_FALSE(tells_number(as_text(bytes), "900123")) << item.path();
  }
}

TEST_F(BackupTest, ASecondBackupCopiesOnlyWhatIsNewAndDropsWhatIsGone) {
  const auto first = import("07700 900123", "1", "one");
  data();
  import("07700 900456", "2", "two");
  erase(first);
  const auto report = data();
  EXPECT_EQ(report.copied, 1u);
  EXPECT_EQ(report.removed, 1u);
  EXPECT_EQ(report.files, 1u);
}

// What a backup is for: its copy stays until the recording itself is deleted.
TEST_F(BackupTest, I8_WhatIsLostStaysInTheBackup) {
  const auto id = import("07700 900123", "1", "the only copy");
  data();
  fs::remove(storage->vaults().path_of("main", "calls", "pbx", at("2026-03-02T13:55:00Z"), id));
  storage->catalogue().mark_lost(id);
  EXPECT_EQ(data().removed, 0u);
  lose_and_restore(keys());
  EXPECT_THAT(error_of([&] { sound(id); }), HasSubstr("missing from the vault")) << "until the walk has found it again";
  while (!storage->scrub().status().walked_at) storage->scrub().step();
  EXPECT_EQ(sound(id), "the only copy");
}

// As a rebuild leaves a call that was lost before: the ledger alone tells of it.
TEST_F(BackupTest, I8_WhatIsLostAndHasNoRowStaysInTheBackupAsLongAsItsKeyAndItsTime) {
  const auto lost = import("07700 900123", "1", "the only copy"),
             ended = import("07700 900456", "2", "its key is gone");
  data();
  for (const auto& id : {lost, ended}) {
    const auto row = storage->catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0);
    if (id == ended) storage->keys().erase(row.slot, id);
    fs::remove(storage->vaults().path_of(row));
    storage->catalogue().write(
        [&](Catalogue::Transaction& transaction) { transaction.db.run("DELETE FROM segment WHERE id = ?", id); });
  }
  EXPECT_EQ(data().removed, 1u);
  const auto copy =
      folder.path / "disk" / "vaults" / "main" / "calls" / "pbx" / "2026" / "03" / "02" / "13" / (lost.text() + ".seg");
  EXPECT_TRUE(fs::exists(copy));
  const auto hold = storage->holds().add({.spans = {},
                                          .numbers = {"07700 900123"},
                                          .calls = {},
                                          .reason = "claim",
                                          .authority = "manager",
                                          .review = clock.now() + days(365)},
                                         manager);
  clock.advance(days(3 * 365 + 2));
  EXPECT_EQ(data().removed, 0u) << "nobody can say what the hold means";
  storage->holds().release(hold.hold.id, "settled", manager);
  clock.advance(days(2));
  EXPECT_EQ(data().removed, 1u);
  EXPECT_FALSE(fs::exists(copy));
}

TEST_F(BackupTest, I19_OfAVaultThatIsOffLineNothingLeavesTheBackup) {
  const auto id = import("07700 900123", "1", "on another disk");
  data();
  const auto copy = [&] {
    std::size_t count = 0;
    for (const auto& item : fs::recursive_directory_iterator(folder.path / "disk")) count += item.path().extension() == ".seg";
    return count;
  };
  storage.reset();
  fs::rename(folder.path / "vault", folder.path / "unplugged");
  open();
  storage->catalogue().write([&](Catalogue::Transaction& transaction) { transaction.db.run("DELETE FROM segment WHERE id = ?", id); });
  EXPECT_EQ(data().removed, 0u);
  EXPECT_EQ(copy(), 1u) << "as after a rebuild, which knows nothing of it";
}

TEST_F(BackupTest, AnErasureRenewsTheKeysEverywhereAndRemovesOlderGenerations) {
  const auto id = import("07700 900123", "1", "erased");
  const auto first = keys(), second = keys("other");
  clock.advance(days(1));
  erase(id);
  EXPECT_FALSE(fs::exists(first) || fs::exists(second));
  EXPECT_EQ(key_files("disk"), 1u);
  EXPECT_EQ(key_files("other"), 1u);
  const auto paper = storage->erasures().list().front().certificate;
  EXPECT_THAT(paper, HasSubstr("all older generations were removed"));
}

TEST_F(BackupTest, AGenerationThatCannotBeReachedIsNamedInTheCertificateAndAlarmed) {
  const auto id = import("07700 900123", "1", "erased");
  keys();
  const auto away = keys("other");
  fs::rename(folder.path / "other", folder.path / "unplugged");
  clock.advance(days(1));
  erase(id);
  EXPECT_THAT(storage->erasures().list().front().certificate, HasSubstr(away.filename().string()));
  EXPECT_THAT(storage->backups().status().alarms, testing::ElementsAre(HasSubstr("is from before an erasure by order and was not there")));
  clock.advance(days(8));
  EXPECT_THAT(storage->backups().status().alarms, testing::Contains(HasSubstr("was not there to be removed: what was deleted")));
}

TEST_F(BackupTest, GenerationsAreMadeDailyAndGoAtSevenDaysOnceANewerOneIsVerified) {
  const auto first = keys();
  for (int day = 0; day < 6; ++day) {
    clock.advance(days(1));
    storage->backups().tick();
    storage->backups().tick();
  }
  EXPECT_EQ(key_files("disk"), 7u);
  EXPECT_TRUE(fs::exists(first));
  clock.advance(days(2));
  storage->backups().tick();
  EXPECT_FALSE(fs::exists(first));
  EXPECT_THAT(storage->backups().status().alarms, IsEmpty());
}

TEST_F(BackupTest, AnOldGenerationStaysAndIsAlarmedWhileNoNewerOneCanBeMade) {
  const auto first = keys();
  fs::rename(folder.path / "disk", folder.path / "unplugged");
  clock.advance(days(9));
  storage->backups().tick();
  fs::rename(folder.path / "unplugged", folder.path / "disk");
  EXPECT_TRUE(fs::exists(first));
  EXPECT_THAT(storage->backups().status().alarms, testing::Contains(HasSubstr("over 7 days old")));
  storage->backups().tick();
  EXPECT_FALSE(fs::exists(first)) << "the day's generation replaces it";
  EXPECT_THAT(storage->backups().status().alarms, IsEmpty());
}

TEST_F(BackupTest, I15_WhatACrashLeavesOfAKeyBackupGoesWithTheOlderOnes) {
  const auto id = import("07700 900123", "1", "erased");
  const auto whole = keys();
  // Begun, and cut off: the row is there, the file as far as it came.
  clock.advance(std::chrono::hours(23));
  const auto begun = keys();
  fs::resize_file(begun, 5000);
  storage->catalogue().write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE backup SET verified_at = NULL, bytes = 0 WHERE name = ?", begun.filename().string());
  });
  clock.advance(std::chrono::hours(1));
  storage->backups().tick();
  EXPECT_EQ(key_files("disk"), 3u) << "it counts as none";
  erase(id);
  EXPECT_FALSE(fs::exists(begun) || fs::exists(whole));
}

TEST_F(BackupTest, I15_AKeyBackupIsOnRecordBeforeItsFirstByte) {
  keys();
  sqlite::Connection db(folder.path / "state" / "catalogue" / "catalogue.db", /*writes=*/false);
  const auto rows = [&] {
    auto query = db.query("SELECT count(*) FROM backup");
    query.step();
    return query.integer(0);
  };
  ASSERT_EQ(rows(), 1);
  sqlite::Connection watch(folder.path / "state" / "catalogue" / "catalogue.db", /*writes=*/true);
  watch.script("CREATE TABLE begun(name TEXT);"
               "CREATE TRIGGER note_begun AFTER INSERT ON backup WHEN new.verified_at IS NULL BEGIN INSERT INTO begun VALUES(new.name); END");
  const auto second = keys();
  auto seen = db.query("SELECT name FROM begun");
  ASSERT_TRUE(seen.step());
  EXPECT_EQ(seen.text(0), second.filename().string());
}

TEST_F(BackupTest, TheDeletionListIsBoundedAndLosesNothingThatIsNotOverAnyway) {
  const auto now = clock.now();
  storage->catalogue().write([&](Catalogue::Transaction& transaction) {
    const auto bury = [&](Kind kind, Duration ago, Duration left, int cause) {
      transaction.db.run("INSERT INTO tombstone(segment, source, class, kind, start_at, end_at, expires_at, deleted_at, cause)"
                         " VALUES(?, 'x', 'x', ?, 0, 1, ?, ?, ?)", SegmentId::make(now), static_cast<int>(kind), now + left, now - ago, cause);
    };
    bury(Kind::camera, days(13), -days(13), 0);   // listed
    bury(Kind::camera, days(15), -days(15), 0);   // over in any older backup too
    bury(Kind::camera, days(15), days(5), 2);     // listed: it went before its time
    bury(Kind::calls, days(399), -days(399), 0);  // listed
    bury(Kind::calls, days(500), days(100), 1);   // listed
  });
  storage->catalogue().write([&](Catalogue::Transaction& transaction) {
    EXPECT_EQ(apply_deletion_list(transaction.db, deletion_list(transaction.db, now)).tombstones, 4u);
  });
}

TEST_F(BackupTest, WhatVanishesBeforeItIsCopiedIsNoTroubleAndLeavesNothing) {
  Copier copier;
  EXPECT_FALSE(copier.copy_if_there(folder.path / "vanished", folder.path / "disk" / "copy"));
  EXPECT_TRUE(fs::is_empty(folder.path / "disk"));
  EXPECT_THAT(error_of([&] { copier.copy_if_there(folder.path / "vault", folder.path / "disk" / "copy"); }), HasSubstr("io"))
      << "what is there and cannot be read is one";
}

TEST_F(BackupTest, WithoutARecoveryKeyNoBackupOfTheKeysIsMade) {
  storage.reset();
  fs::remove_all(folder.path / "state");
  fs::remove_all(folder.path / "vault");
  open();
  EXPECT_THAT(error_of([&] { keys(); }), HasSubstr("recovery-key"));
}

TEST_F(BackupTest, TheWrongRecoveryKeyAndADamagedBackupOpenNothing) {
  import("07700 900123", "1", "x");
  data();
  const auto file = keys();
  const auto open_with = [&](const Key& key) {
    read_box(File(file, File::Mode::read), key, {[](const std::string&, std::uint64_t) {}, [](View) {}});
  };
  EXPECT_NO_THROW(open_with(secret));
  EXPECT_THAT(error_of([&] { open_with(make_recovery_secret()); }), HasSubstr("does not open"));
  const auto size = fs::file_size(file);
  for (const auto place : {std::uint64_t{13}, std::uint64_t{600}, size / 2, size - 1}) {
    const auto whole = read_whole(file, 64 << 20);
    auto bad = whole;
    bad[place] ^= 1;
    write_durably(file, bad);
    EXPECT_NE(error_of([&] { open_with(secret); }), "no error") << place;
    write_durably(file, View(whole).first(place));
    EXPECT_NE(error_of([&] { open_with(secret); }), "no error") << "cut at " << place;
    write_durably(file, whole);
  }
  EXPECT_THAT(error_of([&] { restore(settings, {folder.path / "disk", file, secret, {}}); }), HasSubstr("already")) << "never over what is there";
}

}  // namespace
}  // namespace tenure::storage
