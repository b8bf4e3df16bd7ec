// I16 on a real small disk: a file system of 96 MB of its own for each test.
#include "storage/space/pressure.h"

#include <gmock/gmock.h>
#include <sys/statvfs.h>

#include <cstdlib>
#include <utility>

#include "storage/catalogue/catalogue_state.h"
#include "tests/storage/small_disk.h"
#include "tests/support/counts.h"
#include "tests/support/figures.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

const Instant kStart = at("2026-03-02T10:00:00Z");
constexpr std::uint64_t kMiB = 1 << 20;

class DiskPressure : public testing::Test {
 protected:
  void SetUp() override {
    mounted = put_on_small_disk(practice, "size=96m");
    if (!mounted) GTEST_SKIP() << "making a small file system needs root";
    make_pressure({});
  }
  void TearDown() override {
    pressure.reset();
    if (mounted) take_off_small_disk(practice);
  }
  void make_pressure(Pressure::Options options) {
    options.least_free = 8 * kMiB;
    options.ballast = kMiB;
    options.cameras.of_class["cctv"] = 2;
    auto& parts = *practice.parts;
    pressure = std::make_unique<Pressure>(options, parts.catalogue, practice.clock, parts.vaults, parts.eraser, practice.folder.path);
  }
  void live_thirty_days(std::size_t bytes);
  bool has_reserve() { return free_bytes() >= 8 * kMiB && free_inodes() >= 512; }
  std::uint64_t free_inodes() {
    struct statvfs info {};
    return ::statvfs(practice.folder.path.c_str(), &info) == 0 ? info.f_favail : 0;
  }
  std::uint64_t free_bytes() { return practice.parts->vaults.free_bytes("main"); }
  // As the store thread does: what does not fit is not kept.
  bool try_record(const std::string& camera, Interval span, std::size_t bytes) {
    if (!pressure->refusal("main", camera).empty()) return false;
    try {
      practice.record(camera, span, bytes);
      return true;
    } catch (const Error&) {
      return false;
    }
  }
  void tick() {
    try {
      practice.parts->sweeper.sweep();
    } catch (const Error&) {
    }
    pressure->relieve();
  }
  void fill_up() {
    File junk(practice.folder.path / "junk", File::Mode::create);
    Blob block(64 << 10, 1);
    try {
      for (std::uint64_t at = 0;; at += block.size()) junk.write_at(at, block);
    } catch (const Error&) {
    }
    try {
      block.resize(1);
      for (std::uint64_t at = junk.size();; ++at) junk.write_at(at, block);
    } catch (const Error&) {
    }
  }
  Practice practice{kStart};
  std::unique_ptr<Pressure> pressure;
  bool mounted = false;
};

// Four cameras, a call an hour, and a burst now and then, for thirty days (ten under sanitizers) on a disk that has room for a few of them.
void DiskPressure::live_thirty_days(std::size_t bytes) {
  constexpr int kDays = tests::kFullCounts ? 30 : 10;
  const tests::Figure figure("days on a disk of 96 MB, " + std::to_string(bytes >> 10) + " KiB a file");
  const std::vector<std::string> cameras{"front", "waiting-room", "car-park", "back"};
  for (const auto& camera : cameras) practice.parts->catalogue.ensure_source(camera, "cctv", Kind::camera);
  std::vector<SegmentId> calls;
  std::vector<SegmentRow> held;
  std::size_t recorded = 0;
  for (int hour = 0; hour < kDays * 24; ++hour) {
    const auto now = kStart + hours(hour);
    for (const auto& camera : cameras) recorded += try_record(camera, {now, now + minutes(1)}, bytes);
    if (hour % 50 == 49)  // more at once than the room that is always left
      for (int i = 0; i < 100; ++i) try_record("front", {now + Seconds(10 * i), now + Seconds(10 * i + 9)}, 2 * bytes);
    const auto call = call_at(now, "07700 900123", "call-" + std::to_string(hour));
    calls.push_back(practice.import(call, std::string(8000, 'a') + std::to_string(hour)).id);
    if (hour == 48) {
      const auto request = practice.request({{"waiting-room", {now - hours(24), now}}, {"back", {now - hours(24), now}}});
      held = practice.parts->holds.show(practice.parts->holds.add(request, practice.manager).hold.id).segments;
      ASSERT_GE(held.size(), 40u);
    }
    practice.clock.advance(hours(1));
    tick();
    ASSERT_TRUE(has_reserve()) << "after hour " << hour;
  }
  EXPECT_GT(recorded, 60u * kDays);
  for (const auto& call : calls) ASSERT_TRUE(practice.parts->calls.get(call, practice.manager)) << "a call was lost";
  for (const auto& row : held) ASSERT_TRUE(practice.exists(row.id) && practice.file_exists(row)) << "held footage was lost";
  const auto broken = pressure->broken_promises(kStart);
  ASSERT_FALSE(broken.empty());
  std::size_t noted = 0;
  for (const auto& entry : practice.parts->catalogue.ledger(1, 100'000)) noted += entry.act == "promise-broken";
  EXPECT_GT(noted, 0u);
  EXPECT_EQ(practice.parts->catalogue.check(), "");
  if (tests::kFullCounts)
    figure.write(kDays, 0, std::to_string(recorded) + " segments, " + std::to_string(calls.size()) + " calls and " +
                               std::to_string(held.size()) + " held, none lost");
}

TEST_F(DiskPressure, I16_ThirtyDaysOnATooSmallDiskLoseNoCallAndNothingHeld) { live_thirty_days(100 << 10); }

// Many small files: the inodes end long before the bytes do.
TEST_F(DiskPressure, I16_ThirtyDaysWithTooFewInodesLoseNoCallAndNothingHeld) {
  if (::getenv("TENURE_LONG") == nullptr) GTEST_SKIP() << "TENURE_LONG runs it";
  ASSERT_EQ(::mount("tmpfs", practice.folder.path.c_str(), "tmpfs", MS_REMOUNT, "size=96m,nr_inodes=2600"), 0);
  live_thirty_days(1 << 10);
}

TEST_F(DiskPressure, I16_WhenInodesEndTheOldestGoUntilThereAreEnough) {
  std::vector<SegmentRow> rows;
  for (int i = 0; i < 300; ++i) rows.push_back(practice.record("front", {kStart + minutes(i), kStart + minutes(i + 1)}, 1 << 10));
  pressure->relieve();
  ASSERT_TRUE(practice.exists(rows[0].id));
  struct statvfs now {};
  ASSERT_EQ(::statvfs(practice.folder.path.c_str(), &now), 0);
  const auto made = now.f_files - now.f_favail;
  const auto options = "size=96m,nr_inodes=" + std::to_string(made + 500);
  ASSERT_EQ(::mount("tmpfs", practice.folder.path.c_str(), "tmpfs", MS_REMOUNT, options.c_str()), 0);
  EXPECT_EQ(pressure->refusal("main", "front"), "");
  pressure->relieve();
  EXPECT_FALSE(practice.exists(rows[0].id));
  EXPECT_TRUE(practice.exists(rows.back().id));
  EXPECT_GE(free_inodes(), 512u);
  EXPECT_FALSE(pressure->broken_promises(kStart).empty());
}

TEST_F(DiskPressure, I16_TheOldestUnheldGoFirst) {
  std::vector<SegmentRow> rows;
  for (int i = 0; free_bytes() > 9 * kMiB; ++i) rows.push_back(practice.record("front", {kStart + minutes(i), kStart + minutes(i + 1)}, kMiB));
  practice.parts->holds.add(practice.request({{"front", rows[0].span}}), practice.manager);
  practice.record("front", {kStart + hours(9), kStart + hours(10)}, 3 * kMiB);
  practice.clock.advance(hours(11));
  tick();
  EXPECT_TRUE(practice.exists(rows[0].id));
  EXPECT_FALSE(practice.exists(rows[1].id) || practice.file_exists(rows[1]));
  EXPECT_TRUE(practice.exists(rows.back().id));
  EXPECT_EQ(pressure->broken_promises(kStart).front().span.from, rows[1].span.from);
}

TEST_F(DiskPressure, I16_DeletingWorksOnADiskWithoutAByteLeft) {
  for (int i = 0; i < 40; ++i) practice.record("front", {kStart + minutes(i), kStart + minutes(i + 1)}, kMiB);
  pressure->relieve();
  ASSERT_TRUE(boost::filesystem::exists(practice.folder.path / "ballast" / "space"));
  fill_up();
  ASSERT_LT(free_bytes(), 4096u);
  tick();
  EXPECT_GE(free_bytes(), 8 * kMiB);
  std::uint64_t gone = 0;
  for (const auto& broken : pressure->broken_promises(kStart)) gone += broken.bytes;
  EXPECT_GE(gone, 8 * kMiB);
  EXPECT_LE(gone, 12 * kMiB) << "10 MiB were missing";
  boost::filesystem::remove(practice.folder.path / "junk");
  tick();
  EXPECT_TRUE(boost::filesystem::exists(practice.folder.path / "ballast" / "space")) << "put by again";
}

TEST_F(DiskPressure, I16_NoMoreGoesThanIsMissingThoughTheDiskGivesItBackLate) {
  std::vector<File> readers;  // an export that is still reading them: their room comes back when it is done
  for (int i = 0; free_bytes() > 7 * kMiB; ++i) {
    const auto row = practice.record("front", {kStart + minutes(i), kStart + minutes(i + 1)}, kMiB);
    readers.emplace_back(practice.parts->vaults.path_of(row), File::Mode::read);
  }
  practice.clock.advance(hours(2));
  const auto missing = 10 * kMiB - free_bytes();
  pressure->relieve();
  std::uint64_t gone = 0;
  for (const auto& broken : pressure->broken_promises(kStart)) gone += broken.bytes;
  EXPECT_GE(gone, missing);
  EXPECT_LE(gone, missing + 2 * kMiB);
}

TEST_F(DiskPressure, I16_ADeletionThatFailsHalfWayTakesNoMoreThanIsMissing) {
  for (int i = 0; free_bytes() > 7 * kMiB; ++i) {
    practice.record("front", {kStart + minutes(i), kStart + minutes(i + 1)}, kMiB);
    if (i == 1) pressure->relieve();  // puts the ballast by
  }
  practice.clock.advance(hours(2));
  const auto missing = 10 * kMiB - free_bytes();
  practice.parts->eraser.on_step([failed = false](int step) mutable {
    if (step == 5 && !std::exchange(failed, true)) throw Error(ErrorKind::io, "no room for the row");
  });
  pressure->relieve();
  practice.parts->eraser.on_step([](int) {});
  std::uint64_t gone = 0;
  for (const auto& broken : pressure->broken_promises(kStart)) gone += broken.bytes;
  EXPECT_GE(gone, missing);
  EXPECT_LE(gone, missing + 2 * kMiB);
}

TEST_F(DiskPressure, I16_AVaultThatTurnsReadOnlyBreaksNoPromiseForRoomThatItDoesNotGive) {
  const Path vault = practice.folder.path / "vault";
  for (int i = 0; free_bytes() > 7 * kMiB; ++i) practice.record("front", {kStart + minutes(i), kStart + minutes(i + 1)}, kMiB);
  practice.clock.advance(hours(2));
  ASSERT_EQ(::mount(vault.c_str(), vault.c_str(), nullptr, MS_BIND, nullptr), 0);
  ASSERT_EQ(::mount(nullptr, vault.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr), 0);
  for (int i = 0; i < 5; ++i) tick();
  const auto waiting = practice.parts->catalogue.in_state(State::condemned).size();
  EXPECT_LE(waiting, 6u) << "what is missing, once";
  ASSERT_EQ(::mount(nullptr, vault.c_str(), nullptr, MS_REMOUNT | MS_BIND, nullptr), 0);
  tick();
  EXPECT_TRUE(practice.parts->catalogue.in_state(State::condemned).empty());
  EXPECT_TRUE(has_reserve());
}

TEST_F(DiskPressure, I16_AFileSystemWithoutInodesGetsThoseOfTheBallast) {
  pressure->relieve();
  ASSERT_TRUE(boost::filesystem::exists(practice.folder.path / "ballast" / "space"));
  ASSERT_EQ(::mount("tmpfs", practice.folder.path.c_str(), "tmpfs", MS_REMOUNT, "size=96m,nr_inodes=300"), 0);
  int number = 0;  // random names would meet now and then, which is no want of inodes
  const auto one_more = [&] { File(practice.folder.path / ("junk-" + std::to_string(++number)), File::Mode::create); };
  EXPECT_THROW(for (int i = 0; i < 1000; ++i) one_more(), Error);
  pressure->relieve();
  EXPECT_FALSE(boost::filesystem::exists(practice.folder.path / "ballast" / "space"));
  EXPECT_NO_THROW(one_more());
}

TEST_F(DiskPressure, I8_WhenAllIsHeldCamerasStopAndCallsGoOn) {
  Pressure::Options options;
  options.cameras.low_priority = {"waiting-room"};
  make_pressure(options);
  for (int i = 0; free_bytes() > 7 * kMiB; ++i) practice.record("front", {kStart + minutes(i), kStart + minutes(i + 1)}, kMiB);
  practice.clock.advance(hours(3));
  practice.parts->holds.add(practice.request({{"front", {kStart, kStart + days(1)}}}), practice.manager);
  const auto kept = practice.parts->catalogue.in_state(State::live).size();
  tick();
  EXPECT_EQ(practice.parts->catalogue.in_state(State::live).size(), kept);
  EXPECT_THAT(pressure->refusal("main", "waiting-room"), HasSubstr("low priority"));
  EXPECT_EQ(pressure->refusal("main", "front"), "");
  pressure->set_cameras({{"front"}, {}});  // the settings were read again
  EXPECT_EQ(pressure->refusal("main", "waiting-room"), "");
  EXPECT_THAT(pressure->refusal("main", "front"), HasSubstr("low priority"));
  pressure->set_cameras(options.cameras);
  for (int i = 0; free_bytes() >= 4 * kMiB; ++i) practice.record("front", {kStart + hours(4) + minutes(i), kStart + hours(4) + minutes(i + 1)}, kMiB / 2);
  EXPECT_THAT(pressure->refusal("main", "front"), HasSubstr("kept for calls"));
  EXPECT_NO_THROW(practice.import(call_at(practice.clock.now(), "07700 900123", "late"), std::string(8000, 'b')));
  EXPECT_EQ(pressure->spaces().at(0).stopped, "all cameras");
}

TEST_F(DiskPressure, I16_CamerasStopInsteadWhereTheSettingsSaySo) {
  Pressure::Options options;
  options.delete_oldest = false;
  make_pressure(options);
  for (int i = 0; free_bytes() > 5 * kMiB; ++i) practice.record("front", {kStart + minutes(i), kStart + minutes(i + 1)}, kMiB);
  const auto kept = practice.parts->catalogue.in_state(State::live).size();
  tick();
  EXPECT_EQ(practice.parts->catalogue.in_state(State::live).size(), kept);
  EXPECT_TRUE(pressure->broken_promises(kStart).empty());
}

TEST_F(DiskPressure, R05_LookingAheadSaysWhatDoesNotFitAndWhenItIsFull) {
  for (int i = 0; i < 120; ++i)
    for (const auto* camera : {"front", "waiting-room"})
      practice.record(camera, {kStart + minutes(i), kStart + minutes(i + 1)}, 50 << 10);
  practice.clock.advance(hours(2));
  pressure->look_ahead();
  const auto space = pressure->spaces().at(0);
  EXPECT_FALSE(space.plan.estimated);
  EXPECT_FALSE(space.plan.promise_fits());
  EXPECT_LT(space.plan.days_that_fit, 1);
  EXPECT_NE(space.alarm, SpaceAlarm::none);
  ASSERT_TRUE(space.full_at);
  EXPECT_LT(*space.full_at, practice.clock.now() + days(1));
  EXPECT_EQ(practice.parts->catalogue.ledger(1, 1000).back().act, "space-alarm");
}

}  // namespace
}  // namespace tenure::storage
