// I14: a start whose catalogue can be neither opened nor rebuilt records all the same, and loses nothing of it
// afterwards.
#include "storage/recovery/bare_recording.h"

#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/storage/rebuild_practice.h"

namespace tenure::storage {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;
namespace fs = boost::filesystem;

class BareRecordingTest : public LostCatalogue {
 protected:
  Path database() const { return practice.folder.path / "catalogue" / "catalogue.db"; }
  // The daemon is gone, and its catalogue is none any more. What it was.
  Blob damage() {
    practice.parts.reset();
    auto good = read_whole(database(), 64 << 20);
    auto bad = good;
    std::fill_n(bad.begin(), 4096, std::uint8_t{0xa5});
    write_durably(database(), bad);
    return good;
  }
  std::string trouble() const { return catalogue_trouble(practice.folder.path); }
  // One minute of a camera, as it is recorded.
  bool record(Recorder& recorder, const std::string& camera, Instant from, bool close = true) {
    const auto id = recorder.open(camera, "cctv", from, 1);
    Fragment fragment;
    fragment.span = {from, from + minutes(1)};
    fragment.key = true;
    fragment.bytes = Blob(30'000, 7);
    fragment.leaves = {{0, 30'000, 0, true, 0, 1}};
    const bool taken = recorder.append(id, std::move(fragment));
    if (close) recorder.close(id, {from, from + minutes(1)}, {});
    return taken;
  }
  std::size_t readable() {
    std::size_t count = 0;
    for (const auto& row : practice.parts->catalogue.in_state(State::live)) {
      const auto key = practice.parts->keys.read(row.slot, row.id);
      count += key && SealedReader(File(practice.parts->vaults.path_of(row), File::Mode::read), *key).verify();
    }
    return count;
  }
};

TEST_F(BareRecordingTest, I14_WhatIsRecordedWithoutACatalogueIsAdoptedWhenItIsBack) {
  for (int number = 0; number < 3; ++number)
    practice.record("front", {start - minutes(number + 1), start - minutes(number)});
  const auto good = damage();
  EXPECT_NE(trouble(), "");
  {
    BareRecording bare(settings, practice.clock);
    for (int number = 0; number < 4; ++number)
      for (const auto* camera : {"front", "waiting-room"})
        ASSERT_TRUE(record(bare.recorder(), camera, start + minutes(number)));
    bare.recorder().stop();
    EXPECT_EQ(bare.recorder().counters().uncommitted, 8u);
  }
  write_durably(database(), good);
  EXPECT_EQ(trouble(), "");
  practice.clock.advance(minutes(5));
  practice.restart();
  const auto report = practice.recover();
  EXPECT_EQ(report.adopted, 8u);
  EXPECT_EQ(report.quarantined + report.lost, 0u);
  EXPECT_EQ(readable(), 11u) << "no slot of a recording that could not be seen was given away";
  EXPECT_TRUE(practice.parts->catalogue.check().empty());
}

TEST_F(BareRecordingTest, I14_WhatWasBeingRecordedWhenThePowerWentIsSavedToo) {
  const Path vault = practice.folder.path / "vault", cut = practice.folder.path / "cut";
  const auto good = damage();
  {
    BareRecording bare(settings, practice.clock);
    ASSERT_TRUE(record(bare.recorder(), "front", start, /*close=*/false));
    bare.recorder().flush();
    fs::copy(vault, cut, fs::copy_options::recursive);  // without its end: what a power cut leaves
  }
  fs::remove_all(vault);
  fs::rename(cut, vault);
  write_durably(database(), good);
  practice.restart();
  EXPECT_EQ(practice.recover().adopted, 1u);
  EXPECT_EQ(readable(), 1u);
}

TEST_F(BareRecordingTest, I14_GapsAreKeptForTheCatalogueThatComesBack) {
  damage();
  BareRecording bare(settings, practice.clock);
  bare.recorder().gap("front", minute, "the camera refused");
  ASSERT_EQ(bare.recorder().kept_gaps().size(), 1u);
  EXPECT_EQ(bare.recorder().kept_gaps()[0].cause, "the camera refused");
}

TEST_F(BareRecordingTest, I12_WhatIsRecordedInDoubtfulTimeIsOfDoubtfulTimeWhenAdopted) {
  const auto good = damage();
  TrustedTime doubtful{start, start + std::chrono::hours(5)};
  doubtful.line = start;
  practice.clock.set(doubtful);
  {
    BareRecording bare(settings, practice.clock);
    record(bare.recorder(), "front", start + Seconds(1));
    bare.recorder().stop();
  }
  write_durably(database(), good);
  practice.restart();
  ASSERT_EQ(practice.recover().adopted, 1u);
  const auto row = practice.parts->catalogue.in_state(State::live).at(0);
  EXPECT_TRUE(row.time_doubtful);
  EXPECT_EQ(row.line, start);
}

TEST_F(BareRecordingTest, I19_AVaultWhoseDiskIsNotThereIsNotMadeAnew) {
  damage();
  for (const auto* lost : {"vault", "holds/policy"}) {
    fs::remove_all(practice.folder.path / lost);
    fs::remove_all(practice.folder.path / "vault");
    BareRecording bare(settings, practice.clock);
    record(bare.recorder(), "front", start);
    bare.recorder().stop();
    EXPECT_EQ(bare.recorder().counters().failed, 1u);
    EXPECT_FALSE(fs::exists(practice.folder.path / "vault")) << "with and without the policy file";
  }
}

TEST_F(BareRecordingTest, ADiskThatIsFullIsLeftToCalls) {
  damage();
  settings.storage.least_free_bytes = std::uint64_t{1} << 60;
  BareRecording bare(settings, practice.clock);
  record(bare.recorder(), "front", start);
  bare.recorder().stop();
  EXPECT_EQ(bare.recorder().counters().failed, 1u);
}

TEST_F(BareRecordingTest, NothingIsMadeWhereNothingWasEverKept) {
  settings.storage.path = practice.folder.path / "elsewhere";
  EXPECT_THAT(error_of([&] { BareRecording(settings, practice.clock); }), HasSubstr("yet"));
  EXPECT_FALSE(fs::exists(settings.storage.path));
}

TEST_F(BareRecordingTest, I20_ACatalogueThatCannotBeLookedAtIsNotMissing) {
  lose();
  EXPECT_TRUE(catalogue_is_missing(practice.folder.path));
  EXPECT_EQ(trouble(), "") << "it can be rebuilt";
  fs::create_symlink("catalogue", practice.folder.path / "catalogue");  // to itself: nobody can look
  EXPECT_THAT(error_of([&] { catalogue_is_missing(practice.folder.path); }), HasSubstr("Cannot look at"));
  EXPECT_THAT(trouble(), HasSubstr("Cannot look at"));
}

// The whole of it on a disk of its own that the kernel makes read-only, as ext4 does after an error.
TEST_F(BareRecordingTest, I14_ADiskThatTakesNoWriteAnyMoreStopsNoRecording) {
  constexpr int kCannot = 77;
  practice.record("front", {start - minutes(1), start});
  practice.parts.reset();
  const Path folder = practice.folder.path / "catalogue";
  const auto good = read_whole(database(), 64 << 20);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto remount = [&](unsigned long flags) {
      return ::mount(nullptr, folder.c_str(), nullptr, MS_REMOUNT | flags, nullptr) == 0;
    };
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tenure-test", folder.c_str(), "tmpfs", 0, "size=8m") != 0)
      ::_exit(kCannot);
    int wrong = 0;
    try {
      write_durably(database(), good);
      if (!remount(MS_RDONLY)) ::_exit(kCannot);
      if (trouble().empty()) wrong |= 1;
      {
        BareRecording bare(settings, practice.clock);
        if (!record(bare.recorder(), "front", start)) wrong |= 2;
        bare.recorder().stop();
      }
      if (!remount(0)) wrong |= 4;
      if (!trouble().empty()) wrong |= 8;
      practice.clock.advance(minutes(2));
      practice.restart();
      if (practice.recover().adopted != 1 || readable() != 2) wrong |= 16;
    } catch (const std::exception&) {
      wrong |= 32;
    }
    ::_exit(wrong);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kCannot) GTEST_SKIP() << "no right to mount a disk here";
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace tenure::storage
