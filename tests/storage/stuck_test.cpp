// What one disk, file or failed recording refuses stops no other deletion, and is made up for without a restart.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>

#include "storage/catalogue/catalogue_state.h"
#include "storage/recording/recorder.h"
#include "storage/recovery/orphans.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using testing::HasSubstr;

const Instant kStart = at("2026-03-02T10:00:00Z");

Interval minute(int number) { return {kStart + minutes(number), kStart + minutes(number + 1)}; }

RecoveryParts parts_of(Practice& practice) {
  auto& parts = *practice.parts;
  return {parts.catalogue, practice.clock, parts.vaults, parts.keys, parts.holds, parts.eraser, &parts.calls};
}

// A folder in the place of a file: nothing unlinks it.
void make_stuck(const Path& file) {
  remove_file(file);
  make_directories(file / "in the way");
}

TEST(I5, AFileThatCannotBeRemovedKeepsNoOtherFromGoingAndNothingFromStarting) {
  Practice practice(kStart);
  const auto stuck = practice.record("front", minute(0)), other = practice.record("front", minute(1));
  const auto path = practice.parts->vaults.path_of(stuck);
  make_stuck(path);
  practice.clock.advance(days(29));
  const auto later = practice.record("waiting-room", {practice.clock.now() - days(28), practice.clock.now() - days(28) + minutes(1)});
  const auto report = practice.parts->sweeper.sweep();
  EXPECT_EQ(report.deleted, 1u);
  EXPECT_THAT(report.problem, testing::AllOf(HasSubstr("1 recordings"), HasSubstr(stuck.id.text())));
  EXPECT_FALSE(practice.exists(other.id) || practice.file_exists(other));
  EXPECT_FALSE(practice.parts->keys.read(stuck.slot, stuck.id)) << "it is unreadable all the same";
  practice.restart();
  EXPECT_NO_THROW(practice.recover());
  practice.clock.advance(minutes(2));
  EXPECT_NE(practice.parts->sweeper.sweep().problem, "");
  EXPECT_FALSE(practice.exists(later.id));
  ASSERT_EQ(practice.parts->catalogue.in_state(State::condemned).size(), 1u);
  boost::filesystem::remove_all(path);
  const auto healed = practice.parts->sweeper.sweep();
  EXPECT_EQ(healed.deleted, 1u);
  EXPECT_EQ(healed.problem, "");
}

TEST(I5, WhatHoldsKeepDoesNotKeepOthersWaitingHoweverMuchItIs) {
  constexpr int kHeld = 4'100;  // more than two transactions look at
  Practice practice(kStart);
  practice.record_many("front", kStart, kHeld);
  const auto free = practice.record("waiting-room", minute(kHeld + 1));
  practice.parts->holds.add(practice.request({{"front", {kStart, kStart + days(30)}}}), practice.manager);
  practice.clock.advance(days(40));
  const auto dry = practice.parts->sweeper.dry_run();
  EXPECT_EQ(dry.due.size(), 1u);
  EXPECT_EQ(dry.held_back, std::uint64_t{kHeld});
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  EXPECT_FALSE(practice.exists(free.id));
}

TEST(I11, AVaultThatGoesBeforeItsTurnIsSweptWhenItIsBackWithoutAQuestion) {
  Practice practice(kStart);
  const Path folder = practice.folder.path / "second", elsewhere = practice.folder.path / "elsewhere";
  Vaults vaults({{"main", practice.folder.path / "vault", {}}, {"second", folder, {}}}, /*trial=*/false, practice.parts->catalogue.known_vaults());
  practice.parts->catalogue.remember_vaults(vaults.ids());
  Eraser eraser(practice.parts->catalogue, practice.clock, vaults, practice.parts->keys);
  Sweeper sweeper(practice.parts->catalogue, practice.clock, vaults, eraser);
  sweeper.sweep();
  SegmentRow row;
  row.id = SegmentId::make(kStart);
  row.source = "front";
  row.cls = "cctv";
  row.span = minute(0);
  row.vault = "second";
  row.slot = practice.parts->keys.reserve(row.id).slot;
  practice.parts->catalogue.commit_segment(row);
  practice.clock.advance(days(29));
  eraser.on_step([&](int) { if (boost::filesystem::exists(folder)) boost::filesystem::rename(folder, elsewhere); });
  EXPECT_EQ(sweeper.sweep().deleted, 0u);
  ASSERT_EQ(practice.parts->catalogue.in_state(State::live).size(), 1u);
  eraser.on_step([](int) {});
  boost::filesystem::rename(elsewhere, folder);
  practice.clock.advance(minutes(1));
  const auto back = sweeper.sweep();
  EXPECT_TRUE(back.questions.empty());
  EXPECT_EQ(back.deleted, 1u);
}

Fragment fragment(int number, std::size_t bytes) {
  Fragment made;
  made.span = {kStart + Seconds(2 * number), kStart + Seconds(2 * number + 2)};
  made.key = true;
  made.bytes = Blob(bytes, 7);
  made.leaves = {{0, static_cast<std::uint32_t>(bytes), 0, true, 0, 1}};
  return made;
}

// Everything beyond `bytes` of a file fails, as on a full disk.
struct FullDisk {
  explicit FullDisk(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before);
    auto small = before;
    small.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before); }
  rlimit before{};
};

TEST(I5, ARecordingWhoseFooterFailedIsSavedWithoutARestartAndExpires) {
  Practice practice(kStart);
  auto& parts = *practice.parts;
  Recorder recorder({std::chrono::hours(1), 64 << 20}, practice.clock, parts.vaults, parts.keys, parts.catalogue);
  const auto id = recorder.open("front", "cctv", kStart, 1);
  ASSERT_TRUE(recorder.append(id, fragment(0, 5'000'000)));
  recorder.flush();
  ASSERT_EQ(parts.catalogue.in_state(State::reserved).size(), 1u);
  {
    const FullDisk full(File(parts.vaults.path_of(parts.catalogue.in_state(State::reserved)[0]), File::Mode::read).size());
    EXPECT_TRUE(recorder.append(id, fragment(1, 5'000'000)));
    recorder.flush();
  }
  ASSERT_EQ(parts.catalogue.in_state(State::reserved).size(), 1u) << "neither the fragment nor a footer could be written";
  EXPECT_TRUE(settle_failed(parts_of(practice), recorder.take_failed()).empty());
  const auto live = parts.catalogue.in_state(State::live);
  ASSERT_EQ(live.size(), 1u);
  EXPECT_EQ(live[0].span, (Interval{kStart, kStart + Seconds(2)}));
  EXPECT_TRUE(SealedReader(File(parts.vaults.path_of(live[0]), File::Mode::read), *parts.keys.read(live[0].slot, id)).verify());
  EXPECT_TRUE(recorder.take_failed().empty());
  practice.clock.advance(days(29));
  EXPECT_EQ(parts.sweeper.sweep().deleted, 1u);
}

void refuse_calls(Practice& practice, bool refuse) {
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.script(refuse ? "CREATE TRIGGER refused BEFORE INSERT ON call BEGIN SELECT RAISE(ABORT, 'refused'); END" : "DROP TRIGGER refused");
  });
}

TEST(I5, ACallWhoseCommitFailedLeavesNothingThatAnErasureWouldMiss) {
  Practice practice(kStart);
  const auto call = call_at(kStart, "07700 900123", "a");
  refuse_calls(practice, true);
  EXPECT_THROW(practice.import(call, "some sound"), Error);
  refuse_calls(practice, false);
  const auto left = practice.parts->catalogue.in_state(State::reserved);
  ASSERT_EQ(left.size(), 1u);
  const auto again = practice.import(call, "some sound");
  EXPECT_TRUE(settle_failed(parts_of(practice), practice.parts->calls.take_failed()).empty());
  EXPECT_FALSE(practice.exists(left[0].id) || practice.file_exists(left[0]));
  EXPECT_FALSE(practice.parts->keys.read(left[0].slot, left[0].id));
  EXPECT_TRUE(practice.exists(again.id));
}

TEST(I1, ACallWhoseCommitFailedAndHappenedAllTheSameIsKept) {
  Practice practice(kStart);
  const auto id = practice.import(call_at(kStart, "07700 900123", "a"), "some sound").id;
  auto row = practice.parts->catalogue.in_state(State::live).at(0);
  row.state = State::reserved;  // as the import that saw its commit fail left it
  EXPECT_TRUE(settle_failed(parts_of(practice), {row}).empty());
  EXPECT_TRUE(practice.file_exists(row));
  EXPECT_TRUE(practice.parts->keys.read(row.slot, id));
}

TEST(I19, AnOffLineVaultsFailedRecordingWaits) {
  Practice practice(kStart);
  const auto row = practice.reserve("front", minute(0));
  boost::filesystem::rename(practice.folder.path / "vault", practice.folder.path / "elsewhere");
  EXPECT_EQ(settle_failed(parts_of(practice), {row}).size(), 1u);
  boost::filesystem::rename(practice.folder.path / "elsewhere", practice.folder.path / "vault");
  EXPECT_TRUE(settle_failed(parts_of(practice), {row}).empty());
  EXPECT_EQ(practice.parts->catalogue.in_state(State::live).size(), 1u);
}

TEST(I19, ALossIsInTheLedgerOnceAndADeletionIsNone) {
  Practice practice(kStart);
  const auto row = practice.record("front", minute(0)), dying = practice.record("front", minute(1));
  const auto losses = [&] {
    const auto all = practice.parts->catalogue.ledger(1, 100);
    return std::ranges::count(all, "lost", &LedgerEntry::act);
  };
  EXPECT_TRUE(lose(practice.parts->catalogue, practice.clock, row, "its file is missing"));
  EXPECT_FALSE(lose(practice.parts->catalogue, practice.clock, row, "its file is missing"));
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE segment SET state = 2, cause = 0 WHERE id = ?", dying.id);
  });
  EXPECT_FALSE(lose(practice.parts->catalogue, practice.clock, dying, "its file is missing"));
  EXPECT_EQ(losses(), 1);
}

}  // namespace
}  // namespace tenure::storage
