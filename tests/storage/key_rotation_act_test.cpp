// The rotation as an act: recorded before its effect, with the old key done away with where that is ours to do.
#include "storage/keys/key_rotation.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {
using ::testing::HasSubstr;

struct Crash {};

// Real I/O errors (EFBIG) for every write that reaches beyond `bytes` of a file, while it lives.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit less{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &less);
  }
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_DFL);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  rlimit before_{};
};

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

TEST_F(KeyRotationAct, OneThatAnIoErrorStoppedHalfWayIsRefusedUntilARestartTakesItUpAndEverythingOpens) {
  constexpr std::size_t kSlots = 200, kSlotBytes = 64;
  for (const int failing : {2, 3}) {  // in the first copy, in the second
    SCOPED_TRACE(failing);
    open();
    std::vector<std::pair<SegmentId, SlotKey>> all;
    for (std::size_t i = 0; i < kSlots; ++i) {
      const auto id = SegmentId::make(clock.now());
      all.emplace_back(id, slots->reserve(id));
    }
    slots->sync();
    const auto all_open = [&] {
      return std::ranges::all_of(all, [&](const auto& one) { return slots->read(one.second.slot, one.first) == one.second.key; });
    };
    const auto generation = slots->generation();
    // Half of the slots are wrapped anew before the disk takes no more.
    std::optional<FileLimit> limit;
    slots->on_step([&](int step) {
      if (step == failing) limit.emplace(kSlots / 2 * kSlotBytes);
    });
    EXPECT_THAT(error_of([&] { rotation->rotate({"manager"}, "yearly"); }), ::testing::StartsWith("io"));
    limit.reset();
    const auto next = folder.path / "secrets" / "kek.next";
    const auto kept = read_whole(next);
    for (int again = 0; again < 2; ++again)
      EXPECT_THAT(error_of([&] { rotation->rotate({"manager"}, "again"); }), HasSubstr("restart tenured"));
    EXPECT_TRUE(rotation->status().rotating);
    EXPECT_EQ(read_whole(next), kept) << "no other key in the place of one that wraps slots";
    EXPECT_TRUE(all_open()) << "with both keys, as they are";
    open();
    EXPECT_FALSE(slots->is_rotating());
    EXPECT_EQ(slots->generation(), generation + 1);
    EXPECT_TRUE(all_open());
    EXPECT_EQ(file(), kept) << "the next key is the key";
    EXPECT_FALSE(boost::filesystem::exists(next));
    EXPECT_THAT(rotation->rotate({"manager"}, "yearly"), HasSubstr("nothing"));
    EXPECT_TRUE(all_open());
  }
}

TEST_F(KeyRotationAct, OneThatCouldNotBeginTakesTheSameNextKeyWhenAskedAgain) {
  open();
  const auto id = SegmentId::make(clock.now());
  const auto key = slots->reserve(id);
  slots->sync();
  std::optional<FileLimit> limit;
  slots->on_step([&](int step) {
    if (step == 1) limit.emplace(0);
  });
  EXPECT_THAT(error_of([&] { rotation->rotate({"manager"}, "yearly"); }), ::testing::StartsWith("io"));
  limit.reset();
  slots->on_step([](int) {});
  const auto next = read_whole(folder.path / "secrets" / "kek.next");
  rotation->rotate({"manager"}, "again");
  EXPECT_EQ(file(), next);
  open();
  EXPECT_EQ(slots->read(key.slot, id), key.key);
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
