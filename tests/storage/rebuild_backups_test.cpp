// A catalogue that was lost and made anew says of the backups of the keys what the old one said.
#include "storage/attestation/attestation.h"
#include "storage/recovery/rebuild.h"
#include "tests/storage/attested.h"
#include "tests/storage/backup_practice.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
using std::chrono::hours;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RebuildBackups : public BackupTest {
 protected:
  std::vector<std::string> alarms() { return storage->backups().status().alarms; }
  std::string found() {
    AttestationOrder order;
    order.state = settings.storage.path;
    order.vaults = {{"main", folder.path / "vault"}};
    order.time = clock.trusted();
    order.time_in_words = "agreed";
    order.machine_clock = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    return found_in(attest(order));
  }
  void take_away(const std::string& disk) { fs::rename(folder.path / disk, folder.path / "unplugged"); }
  void bring_back(const std::string& disk) { fs::rename(folder.path / "unplugged", folder.path / disk); }
  RebuildReport lose_and_rebuild() {
    storage.reset();
    fs::remove_all(folder.path / "state" / "catalogue");
    const auto report = rebuild_catalogue(settings, clock, {});
    open();
    return report;
  }
};

TEST_F(RebuildBackups, I6_I15_I20_OneFromBeforeAnErasureThatLiesThereIsToldAsBefore) {
  const auto id = import("07700 900123", "1", "erased");
  keys();
  keys("other");
  take_away("other");
  clock.advance(hours(1));
  erase(id);
  bring_back("other");
  const auto before = alarms();
  ASSERT_THAT(before, ElementsAre(AllOf(HasSubstr("other"), HasSubstr("from before an erasure by order"))));
  ASSERT_THAT(found(), HasSubstr("erased-in-backup 1"));
  clock.advance(hours(1));
  EXPECT_EQ(lose_and_rebuild().backups, 2u);
  EXPECT_EQ(alarms(), before) << "and the one that the erasure made is none of them";
  EXPECT_THAT(found(), HasSubstr("erased-in-backup 1"));
}

TEST_F(RebuildBackups, I15_I20_OneFromBeforeAnErasureThatIsAwayIsToldAsAway) {
  const auto id = import("07700 900123", "1", "erased");
  keys();
  keys("other");
  take_away("other");
  clock.advance(hours(1));
  erase(id);
  lose_and_rebuild();
  EXPECT_THAT(alarms(), ElementsAre(HasSubstr("was not there to be removed")));
  EXPECT_THAT(found(), HasSubstr("backup-out-of-reach 1"));
}

TEST_F(RebuildBackups, I20_OneFromBeforeWhatWasErasedBeganIsNoFindingBehindARebuildEither) {
  keys();
  keys("other");
  take_away("other");
  clock.advance(hours(1));
  erase(import("07700 900123", "1", "erased"));
  bring_back("other");
  lose_and_rebuild();
  EXPECT_THAT(alarms(), IsEmpty());
  EXPECT_THAT(found(), Not(HasSubstr("erased-in-backup")));
}

}  // namespace
}  // namespace tenure::storage
