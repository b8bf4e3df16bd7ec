// I14 with real faults of the catalogue: its disk is full, another process holds its lock, its file cannot be written.
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/recording/recorder.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::minutes;

const Instant kStart = at("2026-03-02T10:00:00Z");
constexpr int kCannot = 77;

// A practice whose catalogue lies on a disk of its own of 4 MB.
struct Recording {
  explicit Recording(const Path& given) : folder(given), parts(std::make_unique<Parts>(given, clock)) { begin(); }
  void begin() {
    recorder = std::make_unique<Recorder>(Recorder::Options{std::chrono::hours(1), 64 << 20}, clock, parts->vaults,
                                          parts->keys, parts->catalogue);
  }
  // One minute of each camera; false when anything of it was refused.
  bool record(int number) {
    bool all = true;
    for (const auto* camera : {"front", "waiting-room"}) {
      const Interval span{kStart + minutes(number), kStart + minutes(number + 1)};
      const auto id = recorder->open(camera, "cctv", span.from, 1);
      for (int part = 0; part < 3; ++part) {
        Fragment fragment;
        fragment.span = {span.from + Seconds(20 * part), span.from + Seconds(20 * (part + 1))};
        fragment.key = true;
        fragment.bytes = Blob(30'000, static_cast<std::uint8_t>(part));
        fragment.leaves = {{0, 30'000, 0, true, part, 1}};
        all &= recorder->append(id, std::move(fragment));
      }
      recorder->close(id, span, {});
    }
    return all;
  }
  // What could be committed was.
  bool flushed() {
    try {
      recorder->flush();
      return true;
    } catch (const Error& error) {
      return error.kind() != ErrorKind::unavailable;
    }
  }
  // How many segments are live and read as they were recorded.
  std::size_t sound() {
    std::size_t count = 0;
    for (const auto& row : parts->catalogue.in_state(State::live)) {
      const auto key = parts->keys.read(row.slot, row.id);
      count += key && SealedReader(File(parts->vaults.path_of(row), File::Mode::read), *key).verify();
    }
    return count;
  }
  void restart() {
    recorder.reset();
    parts.reset();
    parts = std::make_unique<Parts>(folder, clock);
  }
  void fill_disk() const {
    File filler(folder / "catalogue" / "filler", File::Mode::create);
    const Blob block(4096);
    try {
      for (std::uint64_t offset = 0;; offset += block.size()) filler.write_at(offset, block);
    } catch (const Error&) {
    }
  }
  void empty_disk() const { remove_file(folder / "catalogue" / "filler"); }

  Path folder;
  SimulatedClock clock{kStart};
  std::unique_ptr<Parts> parts;
  std::unique_ptr<Recorder> recorder;
};

// Runs `body` in a process with its own mounts; it answers what is wrong.
void on_small_disk(const std::function<std::string(Recording&)>& body) {
  TemporaryFolder folder;
  const Path catalogue = folder.path / "catalogue";
  make_directories(catalogue);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tenure-test", catalogue.c_str(), "tmpfs", 0, "size=4m") != 0)
      ::_exit(kCannot);
    std::string wrong;
    try {
      Recording recording(folder.path);
      wrong = body(recording);
    } catch (const std::exception& error) {
      wrong = error.what();
    }
    static_cast<void>(::write(ends[1], wrong.data(), wrong.size()));
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string wrong(4096, '\0');
  wrong.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(ends[0], wrong.data(), wrong.size()))));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kCannot) GTEST_SKIP() << "no right to mount a disk here";
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(wrong, "");
}

std::string must(std::initializer_list<std::pair<bool, const char*>> all) {
  for (const auto& [good, what] : all)
    if (!good) return what;
  return {};
}

TEST(CatalogueAway, I14_AFullDiskDelaysTheRowsOfEveryCameraAndLosesNone) {
  on_small_disk([](Recording& recording) {
    const bool before = recording.record(0) && recording.flushed();
    recording.fill_disk();
    bool went_on = true;
    for (int number = 1; number <= 5; ++number) went_on &= recording.record(number);
    const bool refused = !recording.flushed();
    const auto waiting = recording.recorder->counters().uncommitted;
    const auto written = recording.recorder->counters().segments;
    recording.empty_disk();
    const bool after = recording.flushed();
    return must({{before, "the first minute was not committed"},
                 {went_on, "a camera was refused"},
                 {refused, "the disk was not full"},
                 {waiting == 10, "not every row waits"},
                 {written == 12, "not every file was finished"},
                 {recording.recorder->counters().failed == 0, "a segment failed"},
                 {after, "the rows were not committed afterwards"},
                 {recording.sound() == 12, "not all is live and sound"},
                 {recording.parts->catalogue.check().empty(), "the catalogue is not sound"}});
  });
}

TEST(CatalogueAway, I14_WhatWasQueuedIsAdoptedAfterARestart) {
  on_small_disk([](Recording& recording) {
    recording.fill_disk();
    bool went_on = true;
    for (int number = 0; number < 5; ++number) went_on &= recording.record(number);
    const bool refused = !recording.flushed();
    recording.recorder->stop();
    recording.empty_disk();
    recording.restart();
    auto& parts = *recording.parts;
    const auto report =
        recover({parts.catalogue, recording.clock, parts.vaults, parts.keys, parts.holds, parts.eraser, &parts.calls});
    return must({{went_on, "a camera was refused"},
                 {refused, "the disk was not full"},
                 {report.adopted + report.salvaged == 10, "not all was adopted"},
                 {report.quarantined == 0, "something was quarantined"},
                 {recording.sound() == 10, "not all is live and sound"}});
  });
}

TEST(CatalogueAway, I13_AHoldIsRefusedAndNotAcknowledgedWhileTheDiskIsFull) {
  on_small_disk([](Recording& recording) {
    const bool before = recording.record(0) && recording.flushed();
    recording.fill_disk();
    HoldRequest request{
        {{"front", {kStart, kStart + minutes(1)}}}, {}, {}, "incident", "manager", kStart + std::chrono::days(30)};
    const auto refused = error_of([&] { recording.parts->holds.add(request, {"manager"}); });
    recording.empty_disk();
    const auto held = recording.parts->holds.add(request, {"manager"}).segments.size();
    return must({{before, "the first minute was not committed"},
                 {refused.starts_with("unavailable"), "it was not refused as unavailable"},
                 {held == 1, "it could not be placed afterwards"}});
  });
}

TEST(CatalogueAway, I14_ALockHeldByAnotherProcessDelaysTheRowsOnly) {
  TemporaryFolder folder;
  Recording recording(folder.path);
  std::array<int, 2> ready{}, release{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  ASSERT_EQ(::pipe(release.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    try {
      sqlite::Connection other(folder.path / "catalogue" / "catalogue.db", /*writes=*/true);
      other.script("BEGIN EXCLUSIVE");
      static_cast<void>(::write(ready[1], "x", 1));
      static_cast<void>(::read(release[0], &byte, 1));
    } catch (const std::exception&) {
    }
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  for (int number = 0; number < 5; ++number) ASSERT_TRUE(recording.record(number));
  while (recording.recorder->counters().fragments < 30)
    std::this_thread::yield();  // written while nothing can be committed
  EXPECT_EQ(recording.parts->catalogue.in_state(State::live).size(), 0u);
  ASSERT_EQ(::write(release[1], "x", 1), 1);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(recording.flushed());
  EXPECT_EQ(recording.sound(), 10u);
  for (const int end : {ready[0], ready[1], release[0], release[1]}) ::close(end);
}

TEST(CatalogueAway, I14_RowsThatFailForAnyCauseWaitAndAreCommittedInTheEnd) {
  TemporaryFolder folder;
  Recording recording(folder.path);
  recording.parts->catalogue.write(
      [](Catalogue::Transaction& transaction) { transaction.db.script("ALTER TABLE segment RENAME TO away"); });
  for (int number = 0; number < 3; ++number) ASSERT_TRUE(recording.record(number));
  EXPECT_FALSE(recording.flushed());
  EXPECT_EQ(recording.recorder->counters().uncommitted, 6u);
  recording.parts->catalogue.write(
      [](Catalogue::Transaction& transaction) { transaction.db.script("ALTER TABLE away RENAME TO segment"); });
  EXPECT_TRUE(recording.flushed());
  EXPECT_EQ(recording.sound(), 6u);
}

}  // namespace
}  // namespace tenure::storage
