// The rotation as an act: recorded before its effect, with the old key done away with where that is ours to do.
#include "storage/keys/key_rotation.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {
using ::testing::HasSubstr;

struct Crash {};

class KeyRotationAct : public ::testing::Test {
 protected:
  void open() {
    rotation.reset();
    slots.reset();
    catalogue.reset();
    catalogue = std::make_unique<Catalogue>(folder.path / "catalogue");
    auto given = given_key_encryption_keys(folder.path);
    std::vector<Key> keys;
    for (const auto& one : given) keys.push_back(one.key);
    slots = std::make_unique<KeySlots>(folder.path / "keys", keys);
    rotation = std::make_unique<KeyRotation>(*catalogue, clock, *slots, folder.path, std::move(given));
  }
  Blob file() const { return read_whole(folder.path / "secrets" / "kek"); }
  void credential(const char* name, std::uint8_t fill) const {
    make_directories(folder.path / "credentials");
    write_durably(folder.path / "credentials" / name, Blob(32, fill));
    ::setenv("CREDENTIALS_DIRECTORY", (folder.path / "credentials").c_str(), 1);
  }
  ~KeyRotationAct() override { ::unsetenv("CREDENTIALS_DIRECTORY"); }

  TemporaryFolder folder;
  SimulatedClock clock{at("2026-03-02T14:00:00Z")};
  std::unique_ptr<Catalogue> catalogue;
  std::unique_ptr<KeySlots> slots;
  std::unique_ptr<KeyRotation> rotation;
};

TEST_F(KeyRotationAct, TheFilesKeyIsReplacedAndTheActIsInTheLedgerBeforeItsEffect) {
  open();
  const auto before = file();
  std::vector<std::string> acts;
  slots->on_step([&](int step) {
    for (const auto& entry : catalogue->ledger(0, 100))
      if (step == 1) acts.push_back(entry.act);
  });
  EXPECT_THAT(rotation->rotate({"manager"}, "somebody left"), HasSubstr("nothing"));
  EXPECT_EQ(acts, std::vector<std::string>{"keys-rotate"});
  EXPECT_NE(file(), before);
  EXPECT_FALSE(boost::filesystem::exists(folder.path / "secrets" / "kek.next"));
  open();
  EXPECT_EQ(slots->generation(), 2u);
  EXPECT_EQ(rotation->status().place, "the file secrets/kek");
  EXPECT_TRUE(rotation->status().unused.empty());
}

TEST_F(KeyRotationAct, ACrashAtEachStepIsFinishedByTheNextStartWithNothingGivenAnew) {
  for (int step = 1; step <= 4; ++step) {
    SCOPED_TRACE(step);
    open();
    const auto id = SegmentId::make(clock.now());
    const auto key = slots->reserve(id);
    slots->sync();
    slots->on_step([step](int now) {
      if (now == step) throw Crash{};
    });
    EXPECT_THROW(rotation->rotate({"manager"}, "yearly"), Crash);
    open();
    EXPECT_EQ(slots->read(key.slot, id), key.key);
    EXPECT_FALSE(slots->is_rotating());
    open();
    EXPECT_EQ(slots->read(key.slot, id), key.key);
    EXPECT_EQ(rotation->status().place, "the file secrets/kek");
  }
}

TEST_F(KeyRotationAct, AKeyFileTornWhileItIsOverwrittenIsReplacedFromTheNext) {
  open();
  rotation->rotate({"manager"}, "yearly");
  const auto good = file();
  rotation.reset();
  write_durably(folder.path / "secrets" / "kek.next", good);
  auto torn = good;
  std::ranges::fill(torn.begin() + 10, torn.end(), std::uint8_t{3});
  write_durably(folder.path / "secrets" / "kek", torn);
  open();
  EXPECT_EQ(file(), good);
  EXPECT_FALSE(boost::filesystem::exists(folder.path / "secrets" / "kek.next"));
}

TEST_F(KeyRotationAct, ACredentialIsReplacedByTheNextCredentialAndNeverByItself) {
  credential("tenure-kek", 1);
  open();
  EXPECT_THAT(error_of([&] { rotation->rotate({"manager"}, "yearly"); }), HasSubstr("tenure-kek-next"));
  credential("tenure-kek-next", 2);
  open();
  EXPECT_THAT(rotation->rotate({"manager"}, "yearly"), HasSubstr("give the new one as tenure-kek"));
  open();
  EXPECT_EQ(rotation->status().place, "the systemd credential tenure-kek-next");
  EXPECT_EQ(rotation->status().unused, std::vector<std::string>{"the systemd credential tenure-kek"});
  EXPECT_THAT(error_of([&] { rotation->rotate({"manager"}, "again"); }), HasSubstr("not complete")) << "an old key never comes back";
  credential("tenure-kek", 2);
  remove_file(folder.path / "credentials" / "tenure-kek-next");
  open();
  EXPECT_EQ(rotation->status().place, "the systemd credential tenure-kek");
}

TEST_F(KeyRotationAct, AKeyInAFileMovesToACredentialAndItsFileGoes) {
  open();
  credential("tenure-kek", 7);
  open();
  EXPECT_EQ(rotation->status().place, "the file secrets/kek");
  rotation->rotate({"manager"}, "out of the disk");
  EXPECT_FALSE(boost::filesystem::exists(folder.path / "secrets" / "kek"));
  open();
  EXPECT_EQ(rotation->status().place, "the systemd credential tenure-kek");
}

TEST_F(KeyRotationAct, AMissingKeyIsNotMadeAnewOverKeysThatNeedIt) {
  open();
  rotation.reset();
  remove_file(folder.path / "secrets" / "kek");
  EXPECT_THAT(error_of([&] { open(); }), HasSubstr("is missing"));
  EXPECT_FALSE(boost::filesystem::exists(folder.path / "secrets" / "kek"));
}

}  // namespace
}  // namespace tenure::storage
