// Holds and restores (I7, I8): those placed after the backup of the data come back from the copies of their files.
#include <boost/json.hpp>

#include "storage/backup/restored_holds.h"
#include "storage/holds/hold_file.h"
#include "tests/storage/attested.h"
#include "tests/storage/backup_practice.h"

namespace tenure::storage {
namespace {
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = boost::filesystem;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

class RestoredHoldsTest : public BackupTest {
 protected:
  HoldId hold(const SegmentId& call) {
    HoldRequest request;
    request.calls = {call};
    request.reason = "a claim";
    request.authority = "practice manager";
    request.review = clock.now() + days(30);
    return storage->holds().add(request, manager).hold.id;
  }
  // As the daemon does once in each.
  void minute() {
    clock.advance(minutes(1));
    storage->holds().drop_ended_files();
    storage->backups().tick();
  }
  void data_to_other() {
    storage->backups().back_up_data(folder.path / "other", manager, [](double) {}, [] { return false; });
  }
  Path copy_of(const HoldId& id, const std::string& disk = "disk") const {
    return hold_file_path(folder.path / disk / "holds", id);
  }
  Path own_file(const HoldId& id) const { return hold_file_path(folder.path / "state" / "holds", id); }
  // The disk of the state folder is lost; the vault survives.
  RestoreReport lose_state(const std::string& disk = "disk") {
    const auto file = keys("other");
    storage.reset();
    fs::remove_all(folder.path / "state");
    const auto report = restore(settings, {folder.path / disk, file, secret, {}});
    open();
    return report;
  }
  std::vector<std::string> states() {
    std::vector<std::string> all;
    for (const auto& one : storage->holds().list()) all.push_back(one.id.text() + " " + one.state);
    return all;
  }
  SegmentRow row_of(const SegmentId& id) {
    return storage->catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0);
  }
  std::size_t failures_in_ledger() {
    std::size_t count = 0;
    for (const auto& entry : storage->catalogue().ledger(0, 1000)) count += entry.act == "backup-failed";
    return count;
  }
};

TEST_F(RestoredHoldsTest, I8_OnePlacedAfterTheBackupOfTheDataComesBackAndKeepsWhatTheVaultStillHas) {
  const auto held = import("07700 900123", "1", "held"), other = import("07700 900456", "2", "not held");
  const auto file = storage->vaults().path_of(row_of(held)), goes = storage->vaults().path_of(row_of(other));
  data();
  clock.advance(hours(1));
  const auto id = hold(held);
  const auto placed = clock.now();
  EXPECT_FALSE(fs::exists(copy_of(id))) << "placing one waits for no other disk";
  minute();
  EXPECT_EQ(read_whole(copy_of(id)), read_whole(own_file(id)));
  const auto report = lose_state();
  EXPECT_EQ(report.holds.in_backup, 0u);
  EXPECT_EQ(report.holds.from_copies, 1u);
  EXPECT_EQ(report.holds.known_until, placed);
  EXPECT_THAT(states(), ElementsAre(id.text() + " active"));
  EXPECT_TRUE(row_of(held).held);
  clock.advance(days(3 * 366));
  storage->sweeper().sweep();
  EXPECT_TRUE(fs::exists(file));
  EXPECT_FALSE(fs::exists(goes));
  EXPECT_EQ(sound(held), "held");
}

TEST_F(RestoredHoldsTest, I8_ThoseOfTheBackupAreToldApartFromThosePlacedAfterIt) {
  const auto call = import("07700 900123", "1", "held");
  hold(call);
  clock.advance(Seconds(1));
  const auto copied = clock.now();
  data();
  EXPECT_EQ(lose_state().holds.known_until, copied);
  const auto after = hold(call);
  minute();
  const auto report = lose_state();
  EXPECT_EQ(report.holds.in_backup, 1u);
  EXPECT_EQ(report.holds.from_copies, 1u);
  EXPECT_THAT(states(), Contains(after.text() + " active"));
  EXPECT_EQ(states().size(), 2u);
}

TEST_F(RestoredHoldsTest, I8_OneThatEndedIsNotBroughtBackAndOneThatIsBeingReleasedEndsInItsTime) {
  const auto call = import("07700 900123", "1", "held");
  data();
  const auto ended = hold(call), ending = hold(call);
  minute();
  storage->holds().release(ended, "settled", manager);
  minute();
  EXPECT_EQ(read_whole(copy_of(ended)), read_whole(own_file(ended))) << "the release is copied too";
  clock.advance(hours(23));
  storage->holds().release(ending, "settled", manager);
  clock.advance(hours(1));
  minute();
  EXPECT_FALSE(fs::exists(own_file(ended)) || fs::exists(copy_of(ended)));
  const auto report = lose_state();
  EXPECT_EQ(report.holds.from_copies, 0u) << "none is in force";
  EXPECT_THAT(states(), ElementsAre(ending.text() + " releasing"));
  clock.advance(days(1));
  EXPECT_THAT(states(), ElementsAre(ending.text() + " released"));
}

TEST_F(RestoredHoldsTest, I8_AFolderThatIsAwayDisturbsNothingAndIsMadeUpForWhenItIsBack) {
  const auto call = import("07700 900123", "1", "held");
  data();
  const auto before = hold(call);
  minute();
  fs::rename(folder.path / "disk", folder.path / "unplugged");
  make_directories(folder.path / "disk");  // the mount point
  storage->holds().release(before, "settled", manager);
  clock.advance(days(1));
  const auto after = hold(call);
  minute();
  EXPECT_TRUE(fs::is_empty(folder.path / "disk"));
  EXPECT_THAT(storage->backups().status().alarms, IsEmpty());
  EXPECT_EQ(failures_in_ledger(), 0u);
  EXPECT_FALSE(fs::exists(own_file(before)));
  fs::remove(folder.path / "disk");
  fs::rename(folder.path / "unplugged", folder.path / "disk");
  minute();
  EXPECT_FALSE(fs::exists(copy_of(before)));
  EXPECT_TRUE(fs::exists(copy_of(after)));
}

// Nothing there says that it ended: a hold too many is released again, what one too few kept is gone.
TEST_F(RestoredHoldsTest, I8_OneThatEndedWhileTheFolderWasAwayComesBackFromIt) {
  const auto call = import("07700 900123", "1", "held");
  data();
  const auto id = hold(call);
  minute();
  fs::rename(folder.path / "disk", folder.path / "unplugged");
  storage->holds().release(id, "settled", manager);
  clock.advance(days(1));
  minute();
  fs::rename(folder.path / "unplugged", folder.path / "disk");
  EXPECT_EQ(lose_state().holds.from_copies, 1u);
  EXPECT_THAT(states(), ElementsAre(id.text() + " active"));
}

TEST_F(RestoredHoldsTest, I8_TheCopiesOpenAfterARotationOfTheKeyEncryptionKey) {
  const auto call = import("07700 900123", "1", "held");
  data();
  const auto before = hold(call);
  minute();
  storage->key_rotation().rotate(manager, "yearly");
  const auto after = hold(call);
  minute();
  for (const auto& id : {before, after}) EXPECT_EQ(read_whole(copy_of(id)), read_whole(own_file(id)));
  EXPECT_EQ(lose_state().holds.from_copies, 2u);
  EXPECT_THAT(states(), AllOf(Contains(before.text() + " active"), Contains(after.text() + " active")));
}

TEST_F(RestoredHoldsTest, I8_ADamagedCopyIsNoObstacleIsToldAndStaysWhereItIs) {
  const auto call = import("07700 900123", "1", "held");
  const auto in_backup = hold(call);
  data();
  const auto damaged = hold(call), sound_one = hold(call);
  minute();
  const auto bytes = read_whole(copy_of(damaged));
  const auto file = keys("other");
  storage.reset();
  fs::remove_all(folder.path / "state");
  write_durably(copy_of(damaged), View(bytes).first(bytes.size() / 2));
  write_durably(copy_of(in_backup), {});
  const auto report = restore(settings, {folder.path / "disk", file, secret, {}});
  EXPECT_THAT(report.notes,
              AllOf(Contains(HasSubstr(copy_of(damaged).string())), Contains(HasSubstr(copy_of(in_backup).string()))));
  EXPECT_EQ(report.holds.in_backup, 1u);
  EXPECT_EQ(report.holds.from_copies, 1u);
  open();
  EXPECT_EQ(states().size(), 2u);
  EXPECT_THAT(states(), AllOf(Contains(in_backup.text() + " active"), Contains(sound_one.text() + " active")));
  EXPECT_TRUE(fs::exists(own_file(in_backup))) << "written anew: it must outlive the catalogue";
  EXPECT_FALSE(fs::exists(own_file(damaged)));
  minute();
  EXPECT_TRUE(fs::exists(copy_of(damaged))) << "somebody may mend it";
  EXPECT_EQ(read_whole(copy_of(in_backup)), read_whole(own_file(in_backup)));
}

TEST_F(RestoredHoldsTest, I8_ACopyThatWasDamagedIsWrittenAnew) {
  const auto call = import("07700 900123", "1", "held");
  data();
  const auto id = hold(call);
  minute();
  write_durably(copy_of(id), as_view("not it"));
  minute();
  EXPECT_EQ(read_whole(copy_of(id)), read_whole(own_file(id)));
}

TEST_F(RestoredHoldsTest, I9_AReleaseThatWasTakenBackAfterTheBackupStaysTakenBack) {
  const auto call = import("07700 900123", "1", "held");
  const auto kept = hold(call), ends = hold(call);
  for (const auto& id : {kept, ends}) storage->holds().release(id, "settled", manager);
  data();
  storage->holds().keep(kept, "reopened", manager);
  minute();
  lose_state();
  EXPECT_THAT(states(), AllOf(Contains(kept.text() + " active"), Contains(ends.text() + " releasing")));
  clock.advance(days(2));
  EXPECT_THAT(states(), AllOf(Contains(kept.text() + " active"), Contains(ends.text() + " released")));
}

// Its folder may be the only place that has it.
TEST_F(RestoredHoldsTest, I8_ACopyOfWhichTheRestoredCatalogueKnowsNothingStays) {
  const auto call = import("07700 900123", "1", "held");
  data();
  data_to_other();
  const auto id = hold(call);
  minute();
  ASSERT_TRUE(fs::exists(copy_of(id)) && fs::exists(copy_of(id, "other")));
  remove_file(copy_of(id, "other"));  // as of a disk that was carried away before
  EXPECT_EQ(lose_state("other").holds.from_copies, 0u);
  EXPECT_THAT(states(), IsEmpty());
  storage->ledger().accept_rollback(manager, "restored");
  minute();
  data();
  EXPECT_TRUE(fs::exists(copy_of(id)));
  EXPECT_EQ(lose_state().holds.from_copies, 1u);
  EXPECT_THAT(states(), ElementsAre(id.text() + " active"));
}

TEST_F(RestoredHoldsTest, AFolderThatFailsIsAlarmedOnceInTheLedgerAndKeepsNoOtherFromItsCopies) {
  const auto call = import("07700 900123", "1", "held");
  data();
  data_to_other();
  fs::remove_all(folder.path / "disk" / "holds");
  write_durably(folder.path / "disk" / "holds", as_view("no folder"));
  const auto id = hold(call);
  for (int tries = 0; tries < 3; ++tries) minute();
  EXPECT_TRUE(fs::exists(copy_of(id, "other")));
  EXPECT_THAT(storage->backups().status().alarms,
              ElementsAre(AllOf(HasSubstr("the holds could not be copied to"), HasSubstr("disk"))));
  EXPECT_EQ(failures_in_ledger(), 1u);
  remove_file(folder.path / "disk" / "holds");
  minute();
  EXPECT_TRUE(fs::exists(copy_of(id)));
  EXPECT_THAT(storage->backups().status().alarms, IsEmpty());
}

TEST_F(RestoredHoldsTest, WhoAcceptsTheLossOfActsIsToldWhichHoldsAreBackAndFromWhenOnNot) {
  const auto call = import("07700 900123", "1", "held");
  data();
  EXPECT_FALSE(holds_of_last_restore(storage->catalogue()).has_value());
  clock.advance(hours(1));
  hold(call);
  const auto placed = clock.now();
  minute();
  lose_state();
  const auto holds = holds_of_last_restore(storage->catalogue());
  ASSERT_TRUE(holds.has_value());
  EXPECT_EQ(holds->in_backup, 0u);
  EXPECT_EQ(holds->from_copies, 1u);
  EXPECT_EQ(holds->known_until, placed);
  const auto words = in_words(*holds);
  EXPECT_THAT(std::string(words.at("text").as_string()),
              AllOf(HasSubstr("0 from the backup"), HasSubstr("1 placed after it"), HasSubstr(to_rfc3339(placed)),
                    HasSubstr("ask who places holds")));
  ASSERT_TRUE(storage->ledger().rolled_back());
  storage->ledger().accept_rollback(manager, "restored after a fire");
  EXPECT_FALSE(holds_of_last_restore(storage->catalogue()).has_value()) << "a later loss is another";
}

TEST(RestoredHolds, ThePromiseReportFindsNothingWrongWithTheCopies) {
  AttestedPractice practice;
  PracticeBackups backups(practice);
  backups.data();
  const auto id =
      practice.parts->holds.add(practice.request({{"front", practice.fresh.span}}), practice.manager).hold.id;
  backups.backups.tick();
  ASSERT_TRUE(fs::exists(hold_file_path(backups.disk / "holds", id)));
  EXPECT_EQ(found_in(practice.attest()), "");
}

}  // namespace
}  // namespace tenure::storage
