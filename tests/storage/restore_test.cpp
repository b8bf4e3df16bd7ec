// What a restore brings back: everything that was kept, and nothing that was deleted (I15).
#include <sys/resource.h>

#include <csignal>

#include "storage/backup/recovery_key.h"
#include "storage/catalogue/sqlite.h"
#include "storage/recovery/rebuild.h"
#include "storage/sweep/tombstone_file.h"
#include "tests/storage/backup_practice.h"

namespace tenure::storage {
namespace {
using ::testing::HasSubstr;
namespace fs = boost::filesystem;
using std::chrono::days;

using RestoreTest = BackupTest;

TEST_F(RestoreTest, WhatWasKeptComesBackWithItsSoundItsNumbersAndItsHolds) {
  const auto id = import("07700 900123", "1", "the sound of it");
  HoldRequest request;
  request.numbers = {"07700 900123"};
  request.reason = "a claim";
  request.authority = "practice manager";
  request.review = clock.now() + days(30);
  storage->holds().add(request, manager);
  clock.advance(Seconds(1));
  EXPECT_EQ(data().copied, 1u);
  clock.advance(Seconds(1));
  const auto report = lose_and_restore(keys());
  EXPECT_EQ(sound(id), "the sound of it");
  ASSERT_EQ(find("+447700900123").size(), 1u) << "the index is made again";
  EXPECT_TRUE(find("+447700900123")[0].segment.held);
  ASSERT_EQ(storage->holds().list().size(), 1u);
  // The hold covers calls by number again, also those that come later.
  const auto later = import("07700 900123", "2", "another");
  EXPECT_TRUE(storage->catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = later}).at(0).held);
  EXPECT_FALSE(fs::exists(folder.path / "state" / "restored"));
}

TEST_F(RestoreTest, I15_WhatWasErasedAfterTheDatasBackupDoesNotComeBackFromIt) {
  const auto gone = import("07700 900123", "1", "erased later"), stays = import("07700 900456", "2", "kept");
  data();
  clock.advance(std::chrono::hours(1));
  erase(gone);
  clock.advance(std::chrono::hours(1));
  lose_and_restore(keys());
  EXPECT_TRUE(find("07700900123").empty());
  EXPECT_THAT(error_of([&] { sound(gone); }), HasSubstr("not_found"));
  EXPECT_EQ(sound(stays), "kept");
  EXPECT_FALSE(fs::exists(storage->vaults().path_of("main", "calls", "pbx", at("2026-03-02T13:55:00Z"), gone)));
  // Nor when its file still lies in the folder it came from.
  auto file = File::unnamed(folder.path);
  file.write_at(0, as_view("erased later"));
  EXPECT_EQ(storage->calls().import(call_at(clock.now(), "07700 900123", "1"), "calls", file, 12, {}).what, ImportOutcome::What::erased_before);
}

TEST_F(RestoreTest, I15_WhatExpiredMeanwhileIsUnreadableAtOnceAndGoesWithTheFirstSweep) {
  const auto id = import("07700 900123", "1", "old");
  data();
  const auto file = keys();
  clock.advance(days(3 * 366));
  lose_and_restore(file);
  EXPECT_THAT(error_of([&] { sound(id); }), HasSubstr("retention period ended"));
  storage->sweeper().sweep();
  EXPECT_THAT(error_of([&] { sound(id); }), HasSubstr("not_found"));
}

// The vault survives, and with it what the sweep did since the backups.
TEST_F(RestoreTest, I19_WhatTheSweepDeletedInItsTimeIsNoLossOfTheRestore) {
  const auto id = import("07700 900123", "1", "old");
  data();
  const auto file = keys();
  clock.advance(days(3 * 366));
  storage->sweeper().sweep();
  ASSERT_THAT(error_of([&] { sound(id); }), HasSubstr("not_found"));
  storage.reset();
  fs::remove_all(folder.path / "state");
  restore(settings, {folder.path / "disk", file, secret, {}});
  open();
  while (!storage->scrub().status().walked_at) clock.advance(storage->scrub().step());
  EXPECT_EQ(storage->scrub().status().lost_now, 0u);
  for (const auto& entry : storage->catalogue().ledger(1, 10'000)) EXPECT_NE(entry.act, "lost");
  storage->sweeper().sweep();
  EXPECT_THAT(error_of([&] { sound(id); }), HasSubstr("not_found"));
}

TEST_F(RestoreTest, I15_AnOlderKeyBackupThanACheckpointSomebodyKeptClosesContent) {
  const auto gone = import("07700 900123", "1", "erased later");
  data();
  const auto file = keys();
  const auto kept = folder.path / "aside";
  fs::copy_file(file, kept);  // somebody took a copy that an erasure cannot reach
  clock.advance(std::chrono::hours(1));
  erase(gone);
  const auto witness = storage->ledger().checkpoint("asked");
  const auto report = lose_and_restore(kept, witness);
  EXPECT_THAT(report.notes, testing::Contains(HasSubstr("recordings stay closed")));
  ASSERT_TRUE(storage->ledger().rolled_back());
  EXPECT_THAT(*storage->ledger().rolled_back(), HasSubstr("checkpoint"));
}

TEST_F(RestoreTest, I8_WhatIsHeldAndHasNoKeyIsLostAndNotDeleted) {
  const auto early = keys();
  const auto kept = folder.path / "aside";
  fs::copy_file(early, kept);
  const auto held = import("07700 900123", "1", "held"), other = import("07700 900456", "2", "not held");
  HoldRequest request;
  request.calls = {held};
  request.reason = "a claim";
  request.authority = "practice manager";
  request.review = clock.now() + days(30);
  storage->holds().add(request, manager);
  data();
  lose_and_restore(kept);
  EXPECT_THAT(error_of([&] { sound(held); }), HasSubstr("missing from the vault"));
  EXPECT_THAT(error_of([&] { sound(other); }), HasSubstr("missing from the vault")) << "a key that was never there is a loss, no deletion";
}

// A slot that was freed before the keys' backup and used again after it tells of no deletion.
TEST_F(RestoreTest, I19_WhatCameAfterTheKeysBackupIsLostAndNotDeletedThoughItsSlotWasUsedBefore) {
  erase(import("07700 900123", "1", "gone long ago"));
  open();  // from here on its slot is used again
  const auto older = keys();
  clock.advance(std::chrono::hours(1));
  const auto id = import("07700 900456", "2", "kept");
  data();
  const auto file = storage->vaults().path_of(storage->catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0));
  storage.reset();
  fs::remove_all(folder.path / "state");  // the vault survives
  restore(settings, {folder.path / "disk", older, secret, {}});
  open();
  EXPECT_THAT(error_of([&] { sound(id); }), HasSubstr("missing from the vault")) << "lost, as it is told";
  EXPECT_TRUE(fs::exists(file)) << "a newer backup of the keys may open it";
  EXPECT_NE(storage->catalogue().ledger(0, 1000).back().act, "sweep");
  while (storage->ledger().tick()) {
  }
  storage.reset();
  fs::remove_all(folder.path / "state" / "catalogue");
  EXPECT_EQ(rebuild_catalogue(settings, clock).finished_deletions, 0u);
  EXPECT_TRUE(fs::exists(file)) << "nor does a rebuild take that slot's mark of erasure for its own";
}

// Its key may be erased by then, and its tombstone not yet written.
TEST_F(RestoreTest, I15_WhatWasCondemnedWhenTheKeysWereBackedUpIsDeletedAgain) {
  const auto id = import("07700 900123", "1", "condemned");
  data();
  import("07700 900456", "2", "not in the data");
  {
    sqlite::Connection db(folder.path / "state" / "catalogue" / "catalogue.db", /*writes=*/true);
    db.run("UPDATE segment SET state = 2, cause = 1");
  }
  const auto file = keys();
  lose_and_restore(file);
  EXPECT_THAT(error_of([&] { sound(id); }), HasSubstr("not_found"));
  // Nor does the folder it came from bring back the other.
  auto again = File::unnamed(folder.path);
  again.write_at(0, as_view("not in the data"));
  EXPECT_EQ(storage->calls().import(call_at(clock.now(), "07700 900456", "2"), "calls", again, 15, {}).what, ImportOutcome::What::erased_before);
}

TEST_F(RestoreTest, I15_AnErasureAfterwardsReachesTheKeyBackupsMadeSinceTheDatas) {
  const auto id = import("07700 900123", "1", "erased after the restore");
  const auto before = keys();
  data();
  clock.advance(std::chrono::hours(1));
  const auto since = keys("other");  // in a folder, too, that the catalogue's copy does not know
  clock.advance(std::chrono::hours(1));
  const auto unused = keys("other");
  lose_and_restore(since);
  storage->backups().tick();
  std::vector<std::string> known;
  for (const auto& one : storage->backups().status().here)
    if (one.kind == "keys") known.push_back((Path(one.folder) / one.name).string());
  EXPECT_THAT(known, testing::IsSupersetOf({before.string(), since.string(), unused.string()}));
  clock.advance(std::chrono::hours(1));
  erase(id);
  EXPECT_FALSE(fs::exists(before) || fs::exists(since) || fs::exists(unused));
  EXPECT_EQ(key_files("disk") + key_files("other"), 2u);
  EXPECT_THAT(storage->erasures().list().front().certificate, HasSubstr("all older generations were removed"));
}

TEST_F(RestoreTest, I15_TheFileThatWasUsedGoesWithAnErasureWhereverItLay) {
  const auto id = import("07700 900123", "1", "erased after the restore");
  data();
  const auto file = keys();
  make_directories(folder.path / "drawer");
  const auto used = folder.path / "drawer" / file.filename();
  fs::copy_file(file, used);
  lose_and_restore(used);
  clock.advance(std::chrono::hours(1));
  erase(id);
  EXPECT_FALSE(fs::exists(file) || fs::exists(used));
  EXPECT_EQ(key_files("disk"), 1u);
  EXPECT_EQ(key_files("drawer"), 0u) << "nobody asked to keep it up";
}

TEST_F(RestoreTest, KeyBackupsThatWereGoneWhenTheKeysWereBackedUpAreNotMissedForEver) {
  const auto first = keys();
  data();
  clock.advance(days(8));
  const auto second = keys();
  ASSERT_FALSE(fs::exists(first));
  lose_and_restore(second);
  clock.advance(days(1));
  storage->backups().tick();
  EXPECT_THAT(storage->backups().status().alarms, testing::IsEmpty());
}

TEST_F(RestoreTest, I15_OnlyACheckpointOfThisLedgerIsAWitness) {
  import("07700 900123", "1", "kept");
  data();
  const auto file = keys();
  // The same figures, signed by somebody else.
  const auto own = storage->ledger().checkpoint("asked");
  SigningKey other{parse_verifier_key(storage->ledger().status().key)->name, {}};
  other.seed.fill(7);
  auto made_up = read_note(own, {})->checkpoint;
  made_up.size += 1000;
  EXPECT_THAT(error_of([&] { lose_and_restore(file, make_note(other, made_up)); }), HasSubstr("checkpoint:"));
}

TEST_F(RestoreTest, I15_ASmallerCheckpointOfAnotherHistoryClosesContentToo) {
  import("07700 900123", "1", "kept");
  const auto kept = storage->ledger().checkpoint("asked");
  // The catalogue of an earlier hour is put back, and goes on to another history.
  data();
  const auto earlier = read_whole(folder.path / "disk" / "catalogue.db", 64 << 20);
  storage->catalogue().append_ledger({0, clock.now(), "manager", "heartbeat", "{}", {}});
  const auto witness = storage->ledger().checkpoint("asked");
  storage.reset();
  fs::remove_all(folder.path / "state" / "ledger");
  for (const auto* tail : {"-wal", "-shm"}) remove_file(folder.path / "state" / "catalogue" / (std::string("catalogue.db") + tail));
  write_durably(folder.path / "state" / "catalogue" / "catalogue.db", earlier);
  open();
  for (int i = 0; i < 50; ++i) storage->catalogue().append_ledger({0, clock.now(), "manager", "heartbeat", "{}", {}});
  data();
  EXPECT_THAT(lose_and_restore(keys(), kept).notes, testing::IsEmpty()) << "what both histories have in common";
  storage->catalogue().append_ledger({0, clock.now(), "manager", "heartbeat", "{}", {}});
  data();
  EXPECT_THAT(lose_and_restore(keys(), witness).notes, testing::Contains(HasSubstr("another history")));
  EXPECT_THAT(storage->ledger().rolled_back().value_or(""), HasSubstr("another history"));
}

TEST_F(RestoreTest, WhatIsAskedWronglyLeavesNothingBehind) {
  import("07700 900123", "1", "kept");
  data();
  const auto file = keys();
  storage.reset();
  fs::remove_all(folder.path / "state");
  fs::remove_all(folder.path / "vault");
  const auto refused = [&](const RestoreRequest& request) { return error_of([&] { restore(settings, request); }); };
  EXPECT_THAT(refused({folder.path / "disk", file, secret, "junk"}), HasSubstr("checkpoint:"));
  EXPECT_THAT(refused({folder.path / "disk", file, make_recovery_secret(), {}}), HasSubstr("does not open"));
  EXPECT_THAT(refused({folder.path / "nowhere", file, secret, {}}), HasSubstr("data: there is no"));
  EXPECT_THAT(refused({folder.path / "disk", folder.path / "nowhere", secret, {}}), HasSubstr("keys: there is no"));
  EXPECT_FALSE(fs::exists(folder.path / "state"));
  EXPECT_FALSE(fs::exists(folder.path / "vault"));
}

// No file of this process grows over a size while this lives, as on a disk that is full.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t most) : before_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &usual_);
    const rlimit small{most, usual_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &usual_);
    std::signal(SIGXFSZ, before_);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit usual_{};
  void (*before_)(int);
};

TEST_F(RestoreTest, OneThatWasCutOffIsBegunAgainAndNothingStartsOnItsPart) {
  const auto id = import("07700 900123", "1", "kept");
  data();
  const auto file = keys();
  storage.reset();
  fs::remove_all(folder.path / "state");
  fs::remove_all(folder.path / "vault");
  {
    const SmallFiles full(512 << 10);  // the key slots do not fit
    EXPECT_NE(error_of([&] { restore(settings, {folder.path / "disk", file, secret, {}}); }), "no error");
  }
  EXPECT_TRUE(fs::exists(folder.path / "state" / "keys"));
  EXPECT_THAT(unfinished_restore(folder.path / "state"), HasSubstr("tenure restore again"));
  // And as if it had come as far as the vault.
  fs::create_directories(folder.path / "vault");
  fs::copy_file(folder.path / "disk" / "vaults" / "main" / "tenure-vault", folder.path / "vault" / "tenure-vault");
  const auto report = restore(settings, {folder.path / "disk", file, secret, {}});
  EXPECT_THAT(report.notes, testing::IsEmpty());
  EXPECT_EQ(unfinished_restore(folder.path / "state"), "");
  open();
  EXPECT_EQ(sound(id), "kept");
}

// A rebuilt catalogue that did not know of them would let an erasure be certified that a backup can undo.
TEST_F(RestoreTest, I15_I20_ARebuiltCatalogueKnowsTheBackupsAndAnErasureReachesThem) {
  const auto id = import("07700 900123", "1", "erased later");
  data();
  const auto before = keys();
  storage.reset();
  fs::remove_all(folder.path / "state" / "catalogue");
  EXPECT_EQ(rebuild_catalogue(settings, clock, {}).backups, 2u);
  open();
  const auto status = storage->backups().status();
  EXPECT_EQ(status.recovery_key, recovery_fingerprint(recovery_public(secret)));
  ASSERT_EQ(status.here.size(), 2u);
  for (const auto& one : status.here) EXPECT_TRUE(one.reachable) << one.kind << " " << one.name;
  clock.advance(Seconds(1));
  erase(id);
  EXPECT_FALSE(fs::exists(before)) << "it opens what was erased";
  EXPECT_EQ(key_files("disk"), 1u);
}

// The restore knew of the deletions; what a rebuild asks is a file that no backup has.
TEST_F(RestoreTest, I15_I20_WhatWasErasedDoesNotComeBackThroughARebuildBehindARestore) {
  erase(import("07700 900123", "1", "erased before the backup"));
  const auto later = import("07700 900123", "2", "erased after it");
  data();
  erase(later);
  lose_and_restore(keys());
  const auto is_erased = [this](const std::string& native, const std::string& sound) {
    auto file = File::unnamed(folder.path);
    file.write_at(0, as_view(sound));
    const auto call = call_at(clock.now() - std::chrono::minutes(5), "07700 900123", native);
    return storage->calls().import(call, "calls", file, sound.size(), {}).what == ImportOutcome::What::erased_before;
  };
  ASSERT_TRUE(is_erased("1", "erased before the backup") && is_erased("2", "erased after it"));
  storage.reset();
  fs::remove_all(folder.path / "state" / "catalogue");
  EXPECT_GE(rebuild_catalogue(settings, clock, {}).tombstones, 4u) << "by content and by native id";
  open();
  EXPECT_TRUE(is_erased("1", "erased before the backup") && is_erased("2", "erased after it"));
  storage.reset();
  fs::remove(tombstone_file(folder.path / "state"));  // as an older version left it
  open();
  const auto kept = read_tombstones(tombstone_file(folder.path / "state")).size();
  EXPECT_GE(kept, 4u);
  open();
  EXPECT_EQ(read_tombstones(tombstone_file(folder.path / "state")).size(), kept) << "once";
}

TEST_F(RestoreTest, RecordingsWhoseKeysAreGoneAreNoReasonToMakeNewOnes) {
  const auto id = import("07700 900123", "1", "kept");
  storage.reset();
  fs::rename(folder.path / "state" / "keys", folder.path / "aside");
  EXPECT_THAT(error_of([&] { open(); }), HasSubstr("put them back"));
  EXPECT_FALSE(fs::exists(folder.path / "state" / "keys"));
  fs::rename(folder.path / "aside", folder.path / "state" / "keys");
  open();
  EXPECT_EQ(sound(id), "kept");
}

TEST_F(RestoreTest, ABackupAmongWhatItBacksUpIsRefused) {
  make_directories(folder.path / "state" / "backup");
  EXPECT_THAT(error_of([&] { keys("state/backup"); }), HasSubstr("state folder"));
  EXPECT_THAT(error_of([&] { keys("vault"); }), HasSubstr("in the vault main"));
}

// The live files would lie where the backup puts its own, and go as deleted ones.
TEST_F(RestoreTest, I8_ABackupAroundAVaultIsRefused) {
  settings.vaults.push_back({"second", folder.path / "disk" / "vaults" / "second", {}});
  make_directories(folder.path / "disk" / "vaults");
  open();
  EXPECT_THAT(error_of([&] { data(); }), HasSubstr("has the vault second in it"));
}

TEST_F(RestoreTest, I15_ACrashWhileTheRestoreIsFinishedIsTakenUp) {
  const auto gone = import("07700 900123", "1", "erased later"), stays = import("07700 900456", "2", "kept");
  data();
  erase(gone);
  clock.advance(Seconds(1));
  const auto file = keys();
  storage.reset();
  fs::remove_all(folder.path / "state");
  fs::remove_all(folder.path / "vault");
  restore(settings, {folder.path / "disk", file, secret, {}});
  const auto mark = read_whole(folder.path / "state" / "restored");
  const auto list = read_whole(folder.path / "state" / "restored.deletions", 1 << 20);
  open();
  storage.reset();  // as if the mark had not gone yet
  write_durably(folder.path / "state" / "restored", mark);
  write_durably(folder.path / "state" / "restored.deletions", list);
  open();
  EXPECT_THAT(error_of([&] { sound(gone); }), HasSubstr("not_found"));
  EXPECT_EQ(sound(stays), "kept");
  EXPECT_EQ(storage->erasures().list().size(), 1u) << "done again once";
}

}  // namespace
}  // namespace tenure::storage
