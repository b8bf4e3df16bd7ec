// The folder's own thread, with real events of the system. The rescan is a day away: only an event can be the cause.
#include <thread>

#include "tests/ingest/calls_folder.h"

namespace tenure::ingest::testing {
namespace {
using std::chrono::hours;
using std::chrono::steady_clock;

struct WatchedFolder : CallsFolder {
  WatchedFolder() : CallsFolder("freepbx") {
    pbx.rescan = hours(24);
    pbx.settle = Duration::zero();  // the simulated clock stands still: what is renamed into place counts as settled
    open();
  }
  // Until it is so, or two minutes have passed.
  template <typename Test>
  bool comes(Test test) const {
    for (const auto end = steady_clock::now() + Seconds(120); steady_clock::now() < end; std::this_thread::sleep_for(Millis(2)))
      if (test(status())) return true;
    return false;
  }
  bool imports(std::uint64_t count) const {
    return comes([&](const DropFolderStatus& status) { return status.imported == count; });
  }
  void rename_into_place(const std::string& name, unsigned seed) const {
    File(root / "upload", File::Mode::create).write_at(0, wav(32000, seed));
    boost::filesystem::rename(root / "upload", folder / name);
  }
};

TEST_F(WatchedFolder, TakesARecordingThatIsRenamedIntoPlaceWithoutARescan) {
  drop->start();
  ASSERT_TRUE(comes([](const DropFolderStatus& status) { return status.state == "watching"; }));
  rename_into_place("a.wav", 1);
  EXPECT_TRUE(imports(1));
  boost::filesystem::create_directories(folder / "2026" / "03");
  rename_into_place("2026/03/b.wav", 2);
  EXPECT_TRUE(imports(2)) << "a new folder is watched, or read again";
  drop->stop();
  EXPECT_EQ(calls().size(), 2u);
}

TEST_F(WatchedFolder, TakesAHardLinkWhichTellsOnlyOfItsCreation) {
  drop->start();
  ASSERT_TRUE(comes([](const DropFolderStatus& status) { return status.state == "watching"; }));
  File(root / "spool.wav", File::Mode::create).write_at(0, wav(32000));
  boost::filesystem::create_hard_link(root / "spool.wav", folder / "a.wav");
  EXPECT_TRUE(imports(1));
}

TEST_F(WatchedFolder, FindsAtItsStartWhatCameWhileItWasAway) {
  rename_into_place("a.wav", 1);
  drop->start();
  EXPECT_TRUE(imports(1));
}

TEST_F(WatchedFolder, StopsAtOnceAlsoWhenNothingEverHappened) {
  const auto before = steady_clock::now();
  drop->start();
  drop->stop();
  drop->stop();
  open();
  drop->start();
  ASSERT_TRUE(comes([](const DropFolderStatus& status) { return status.state == "watching"; }));
  drop.reset();
  EXPECT_LT(steady_clock::now() - before, Seconds(150)) << "not the day until the rescan";
}

}  // namespace
}  // namespace tenure::ingest::testing
