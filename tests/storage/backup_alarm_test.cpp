// Backups that are made by themselves, and what is said when they are not.
#include <thread>

#include "tests/storage/another_user.h"
#include "tests/storage/backup_practice.h"

namespace tenure::storage {
namespace {
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = boost::filesystem;
using std::chrono::days;

class BackupAlarms : public BackupTest {
 protected:
  std::vector<std::string> alarms() { return storage->backups().status().alarms; }
  std::size_t in_ledger(const std::string& act) {
    std::size_t count = 0;
    for (const auto& entry : storage->catalogue().ledger(0, 1000)) count += entry.act == act;
    return count;
  }
};

TEST_F(BackupAlarms, TheNightsBackupOfTheDataIsMadeOnceANightWhereTheSettingsSay) {
  EXPECT_FALSE(storage->backups().data_is_due()) << "none unless the settings say so";
  settings.backup_data = folder.path / "disk";
  open();
  import("07700 900123", "1", "one");
  EXPECT_THAT(alarms(), testing::ElementsAre(HasSubstr("no backup of the data")));
  const auto never = [] { return false; };
  for (int night = 0; night < 3; ++night) {
    ASSERT_TRUE(storage->backups().data_is_due());
    storage->backups().back_up_data_nightly(never);
    EXPECT_FALSE(storage->backups().data_is_due());
    EXPECT_THAT(alarms(), IsEmpty());
    clock.advance(std::chrono::hours(12));  // at 2:00
    EXPECT_FALSE(storage->backups().data_is_due()) << "the same night";
    clock.advance(std::chrono::hours(12));
  }
  EXPECT_TRUE(fs::exists(folder.path / "disk" / "catalogue.db"));
  clock.advance(days(3));
  EXPECT_THAT(alarms(), testing::ElementsAre(HasSubstr("for 4 days")));
}

TEST_F(BackupAlarms, ANightThatFailsIsAlarmedAndOnceInTheLedgerUntilOneSucceeds) {
  settings.backup_data = folder.path / "disk";
  open();
  fs::rename(folder.path / "disk", folder.path / "unplugged");
  const auto never = [] { return false; };
  for (int tries = 0; tries < 3; ++tries) EXPECT_THROW(storage->backups().back_up_data_nightly(never), Error);
  EXPECT_THAT(alarms(),
              testing::Contains(AllOf(HasSubstr("the last backup of the data failed"), HasSubstr("mount its disk"))));
  EXPECT_EQ(in_ledger("backup-failed"), 1u);
  fs::rename(folder.path / "unplugged", folder.path / "disk");
  storage->backups().back_up_data_nightly(never);
  EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(BackupAlarms, KeysThatWereNotBackedUpForDaysAreAlarmedEachFolderByItself) {
  keys();
  keys("other");
  fs::rename(folder.path / "other", folder.path / "unplugged");
  for (int day = 0; day < 3; ++day) {
    clock.advance(days(1));
    storage->backups().tick();
  }
  EXPECT_THAT(alarms(), testing::ElementsAre(AllOf(HasSubstr("other"), HasSubstr("for 3 days"))));
  fs::rename(folder.path / "unplugged", folder.path / "other");
  storage->backups().tick();
  EXPECT_THAT(alarms(), IsEmpty());
}

// The system's disk would take it all, and the practice believe itself safe.
TEST_F(BackupAlarms, TheMountPointOfADiskThatIsElsewhereGetsNoBackup) {
  keys();
  data();
  fs::rename(folder.path / "disk", folder.path / "unplugged");
  make_directories(folder.path / "disk");
  clock.advance(days(1));
  storage->backups().tick();
  EXPECT_THAT(alarms(), testing::Contains(HasSubstr("mount its disk")));
  EXPECT_THAT(error_of([&] { data(); }), HasSubstr("mount its disk"));
  EXPECT_THAT(error_of([&] { keys(); }), HasSubstr("mount its disk"));
  EXPECT_TRUE(fs::is_empty(folder.path / "disk"));
  write_durably(folder.path / "disk" / "tenure-backups", {});  // a new disk, as a person says
  data();
  storage->backups().tick();
  EXPECT_EQ(key_files("disk"), 1u);
}

TEST_F(BackupAlarms, AFolderThatFailsKeepsNoOtherFromItsBackupOfTheKeys) {
  keys();
  keys("other");
  fs::rename(folder.path / "disk", folder.path / "aside");
  fs::create_directory_symlink("/proc/self", folder.path / "disk");  // a folder that takes no file, before the other
  clock.advance(days(1));
  storage->backups().tick();
  EXPECT_EQ(key_files("other"), 2u);
  EXPECT_THAT(alarms(), testing::Contains(HasSubstr("the last backup of the keys failed")));
  clock.advance(days(8));
  storage->backups().tick();
  EXPECT_EQ(key_files("other"), 1u) << "and the older ones go";
}

TEST_F(BackupAlarms, KeysThatCouldNotBeWrittenAreAlarmedAndOnceInTheLedger) {
  keys();
  clock.advance(days(1));
  fs::rename(folder.path / "disk", folder.path / "aside");
  fs::create_directory_symlink("/proc/self", folder.path / "disk");  // a folder that takes no file
  for (int tries = 0; tries < 3; ++tries) storage->backups().tick();
  EXPECT_THAT(alarms(), testing::Contains(HasSubstr("the last backup of the keys failed")));
  EXPECT_EQ(in_ledger("backup-failed"), 1u);
  remove_file(folder.path / "disk");
  fs::rename(folder.path / "aside", folder.path / "disk");
  storage->backups().tick();
  EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(BackupAlarms, AFolderThatTakesNoFileIsTriedOnceAnHourForEachTryIsInTheLedger) {
  keys();
  clock.advance(days(1));
  const auto before = in_ledger("backup-keys");
  {
    const AnotherUser user(folder.path, folder.path / "disk");
    ::setfsuid(::geteuid());
    ::chmod((folder.path / "disk").c_str(), 0555);
    ::setfsuid(65'534);
    for (int minute = 0; minute < 90; ++minute) {
      storage->backups().tick();
      EXPECT_THAT(alarms(), testing::Contains(HasSubstr("the last backup of the keys failed")));
      clock.advance(std::chrono::minutes(1));
    }
  }
  EXPECT_EQ(in_ledger("backup-failed"), 1u);
  EXPECT_EQ(in_ledger("backup-keys") - before, 2u);
  ::chmod((folder.path / "disk").c_str(), 0700);
  clock.advance(std::chrono::hours(1));
  storage->backups().tick();
  EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(BackupAlarms, ARecordingThatCannotBeReadKeepsNoOtherFromTheBackupAndIsAlarmed) {
  settings.backup_data = folder.path / "disk";
  open();
  const auto bad = import("07700 900123", "1", "one"), good = import("07700 900456", "2", "two");
  const auto file = [&](const SegmentId& id) {
    return storage->vaults().path_of(storage->catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0));
  };
  const auto copy = [&](const SegmentId& id) {
    return folder.path / "disk" / "vaults" / "main" / fs::relative(file(id), storage->vaults().root("main"));
  };
  const auto never = [] { return false; };
  {
    const AnotherUser user(folder.path, file(bad));
    storage->backups().back_up_data_nightly(never);
  }
  EXPECT_TRUE(fs::exists(copy(good)));
  EXPECT_FALSE(fs::exists(copy(bad)));
  EXPECT_THAT(alarms(), testing::Contains(AllOf(HasSubstr("1 recordings could not be read"), HasSubstr(bad.text()))));
  EXPECT_EQ(in_ledger("backup-failed"), 1u);
  ::chmod(file(bad).c_str(), 0600);
  clock.advance(days(1));
  storage->backups().back_up_data_nightly(never);
  EXPECT_TRUE(fs::exists(copy(bad)));
  EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(BackupAlarms, AKeyBackupFromBeforeWhatWasErasedBeganOpensNothingOfItAndIsNoAlarm) {
  keys();
  keys("other");
  fs::rename(folder.path / "other", folder.path / "unplugged");
  clock.advance(std::chrono::hours(1));
  erase(import("07700 900123", "1", "erased"));
  EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(BackupAlarms, AKeyBackupFromBeforeAnErasureWhoseDiskIsBackIsNotSaidToBeAway) {
  const auto id = import("07700 900123", "1", "erased");
  keys();
  keys("other");
  fs::rename(folder.path / "other", folder.path / "unplugged");
  clock.advance(std::chrono::hours(1));
  erase(id);
  EXPECT_THAT(alarms(), testing::ElementsAre(HasSubstr("was not there to be removed")));
  fs::rename(folder.path / "unplugged", folder.path / "other");
  EXPECT_THAT(alarms(), testing::ElementsAre(HasSubstr("from before an erasure by order and is still there")));
}

TEST_F(BackupAlarms, AsLongAsTheDataIsCopiedTheStateIsToldAndTheKeysAreBackedUp) {
  keys();
  import("07700 900123", "1", "one");
  bool told = false;
  storage->backups().back_up_data(
      folder.path / "disk", manager,
      [&](double) {
        told = storage->backups().status().alarms.empty();
        clock.advance(days(1));
        storage->backups().tick();
        std::string second;
        std::thread([&] { second = error_of([&] { data(); }); }).join();
        EXPECT_THAT(second, HasSubstr("under way"));
      },
      [] { return false; });
  EXPECT_TRUE(told);
  EXPECT_EQ(key_files("disk"), 2u);
}

}  // namespace
}  // namespace tenure::storage
