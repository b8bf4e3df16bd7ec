// Backups and what a restore brings back: everything that was kept, and nothing that was deleted (I15).
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json.hpp>

#include "storage/backup/deletion_list.h"
#include "storage/backup/recovery_key.h"
#include "storage/backup/restore.h"
#include "storage/backup/sealed_box.h"
#include "storage/storage.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
namespace fs = boost::filesystem;
using std::chrono::days;

class BackupTest : public ::testing::Test {
 protected:
  BackupTest() {
    settings.storage.path = folder.path / "state";
    settings.storage.ballast_bytes = 0;
    settings.vaults.push_back({"main", folder.path / "vault", {}});
    settings.classes = {{"cctv", *parse_period("P28D"), config::Anchor::capture_end}, {"calls", *parse_period("P3Y"), config::Anchor::capture_start}};
    config::Calls pbx;
    pbx.name = "pbx";
    settings.calls.push_back(pbx);
    secret = make_recovery_secret();
    for (const auto* disk : {"disk", "other"}) make_directories(folder.path / disk);
    open();
    storage->backups().set_recovery_key(recovery_public(secret), manager);
  }
  void open() {
    storage.reset();
    storage = std::make_unique<Storage>(settings, clock);
  }
  SegmentId import(const std::string& number, const std::string& native, const std::string& sound) {
    auto file = File::unnamed(folder.path);
    file.write_at(0, as_view(sound));
    return storage->calls().import(call_at(clock.now() - std::chrono::minutes(5), number, native), "calls", file, sound.size(), {}).id;
  }
  void erase(const SegmentId& id) { storage->erasures().order({{}, {}, {id}}, "a right", manager, {}); }
  Path keys(const std::string& to = "disk") {
    const auto made = storage->backups().back_up_keys(folder.path / to, manager);
    return Path(made.folder) / made.name;
  }
  DataBackupReport data() {
    return storage->backups().back_up_data(folder.path / "disk", manager, [](double) {}, [] { return false; });
  }
  // The machine burns; a new one is set up from the backups.
  RestoreReport lose_and_restore(const Path& keys_file, const std::string& checkpoint = {}) {
    storage.reset();
    fs::remove_all(folder.path / "state");
    fs::remove_all(folder.path / "vault");
    const auto report = restore(settings, {folder.path / "disk", keys_file, secret, checkpoint});
    open();
    return report;
  }
  std::vector<CallRow> find(const std::string& number) {
    return storage->calls().find({.number = number, .last_digits = {}, .extension = {}, .span = {}}, manager);
  }
  std::string sound(const SegmentId& id) {
    auto reader = storage->open(id, manager, Purpose::view);
    Blob bytes(reader.plain_size());
    reader.read(0, bytes);
    return std::string(as_text(bytes));
  }
  std::size_t key_files(const std::string& disk) const {
    std::size_t count = 0;
    for (const auto& item : fs::directory_iterator(folder.path / disk)) count += item.path().extension() == ".tenure-keys";
    return count;
  }

  TemporaryFolder folder;
  SimulatedClock clock{at("2026-03-02T14:00:00Z")};
  config::Settings settings;
  Key secret{};
  std::unique_ptr<Storage> storage;
  const Actor manager{"manager"};
};

TEST_F(BackupTest, WhatWasKeptComesBackWithItsSoundItsNumbersAndItsHolds) {
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

TEST_F(BackupTest, TheDataHoldsNoKeysNoIndexAndNoLogins) {
  import("07700 900123", "1", "the sound of it, which must not be found in the clear");
  data();
  sqlite::Connection db(folder.path / "disk" / "catalogue.db", /*writes=*/false);
  for (const auto* table : {"call_token", "hold_number", "session"}) {
    auto query = db.query(std::string("SELECT count(*) FROM ") + table);
    query.step();
    EXPECT_EQ(query.integer(0), 0) << table;
  }
  const auto slot = read_whole(folder.path / "state" / "keys" / "a" / "slots", 16 << 20);
  const auto wrapped = View(slot).first(64).subspan(16);
  for (const auto& item : fs::recursive_directory_iterator(folder.path / "disk")) {
    if (!fs::is_regular_file(item.path())) continue;
    const auto bytes = read_whole(item.path(), 64 << 20);
    EXPECT_TRUE(std::ranges::search(bytes, wrapped).empty()) << item.path();
    EXPECT_THAT(std::string(as_text(bytes)), Not(HasSubstr("must not be found in the clear"))) << item.path();
    EXPECT_THAT(std::string(as_text(bytes)), Not(HasSubstr("900123"))) << item.path();
  }
}

TEST_F(BackupTest, ASecondBackupCopiesOnlyWhatIsNewAndDropsWhatIsGone) {
  const auto first = import("07700 900123", "1", "one");
  data();
  import("07700 900456", "2", "two");
  erase(first);
  const auto report = data();
  EXPECT_EQ(report.copied, 1u);
  EXPECT_EQ(report.removed, 1u);
  EXPECT_EQ(report.files, 1u);
}

TEST_F(BackupTest, I15_WhatWasErasedAfterTheDatasBackupDoesNotComeBackFromIt) {
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

TEST_F(BackupTest, I15_WhatExpiredMeanwhileIsUnreadableAtOnceAndGoesWithTheFirstSweep) {
  const auto id = import("07700 900123", "1", "old");
  data();
  const auto file = keys();
  clock.advance(days(3 * 366));
  lose_and_restore(file);
  EXPECT_THAT(error_of([&] { sound(id); }), HasSubstr("retention period ended"));
  storage->sweeper().sweep();
  EXPECT_THAT(error_of([&] { sound(id); }), HasSubstr("not_found"));
}

TEST_F(BackupTest, I15_AnOlderKeyBackupThanACheckpointSomebodyKeptClosesContent) {
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

TEST_F(BackupTest, I8_WhatIsHeldAndHasNoKeyIsLostAndNotDeleted) {
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

TEST_F(BackupTest, I15_ACrashWhileTheRestoreIsFinishedIsTakenUp) {
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
}

TEST_F(BackupTest, AnErasureRenewsTheKeysEverywhereAndRemovesOlderGenerations) {
  const auto id = import("07700 900123", "1", "erased");
  const auto first = keys(), second = keys("other");
  clock.advance(days(1));
  erase(id);
  EXPECT_FALSE(fs::exists(first) || fs::exists(second));
  EXPECT_EQ(key_files("disk"), 1u);
  EXPECT_EQ(key_files("other"), 1u);
  const auto paper = storage->erasures().list().front().certificate;
  EXPECT_THAT(paper, HasSubstr("all older generations were removed"));
}

TEST_F(BackupTest, AGenerationThatCannotBeReachedIsNamedInTheCertificateAndAlarmed) {
  const auto id = import("07700 900123", "1", "erased");
  keys();
  const auto away = keys("other");
  fs::rename(folder.path / "other", folder.path / "unplugged");
  clock.advance(days(1));
  erase(id);
  EXPECT_THAT(storage->erasures().list().front().certificate, HasSubstr(away.filename().string()));
  EXPECT_THAT(storage->backups().status().alarms, IsEmpty());
  clock.advance(days(8));
  EXPECT_THAT(storage->backups().status().alarms, testing::Contains(HasSubstr("was not there to be removed")));
}

TEST_F(BackupTest, GenerationsAreMadeDailyAndGoAtSevenDaysOnceANewerOneIsVerified) {
  const auto first = keys();
  for (int day = 0; day < 6; ++day) {
    clock.advance(days(1));
    storage->backups().tick();
    storage->backups().tick();
  }
  EXPECT_EQ(key_files("disk"), 7u);
  EXPECT_TRUE(fs::exists(first));
  clock.advance(days(2));
  storage->backups().tick();
  EXPECT_FALSE(fs::exists(first));
  EXPECT_THAT(storage->backups().status().alarms, IsEmpty());
}

TEST_F(BackupTest, AnOldGenerationStaysAndIsAlarmedWhileNoNewerOneCanBeMade) {
  const auto first = keys();
  fs::rename(folder.path / "disk", folder.path / "unplugged");
  clock.advance(days(9));
  storage->backups().tick();
  fs::rename(folder.path / "unplugged", folder.path / "disk");
  EXPECT_TRUE(fs::exists(first));
  EXPECT_EQ(storage->backups().status().alarms.size(), 1u);
  storage->backups().tick();
  EXPECT_FALSE(fs::exists(first)) << "the day's generation replaces it";
  EXPECT_THAT(storage->backups().status().alarms, IsEmpty());
}

TEST_F(BackupTest, WithoutARecoveryKeyNoBackupOfTheKeysIsMade) {
  storage.reset();
  fs::remove_all(folder.path / "state");
  fs::remove_all(folder.path / "vault");
  open();
  EXPECT_THAT(error_of([&] { keys(); }), HasSubstr("recovery-key"));
}

TEST_F(BackupTest, TheWrongRecoveryKeyAndADamagedBackupOpenNothing) {
  import("07700 900123", "1", "x");
  data();
  const auto file = keys();
  const auto open_with = [&](const Key& key) {
    read_box(File(file, File::Mode::read), key, {[](const std::string&, std::uint64_t) {}, [](View) {}});
  };
  EXPECT_NO_THROW(open_with(secret));
  EXPECT_THAT(error_of([&] { open_with(make_recovery_secret()); }), HasSubstr("does not open"));
  const auto size = fs::file_size(file);
  for (const auto place : {std::uint64_t{13}, std::uint64_t{600}, size / 2, size - 1}) {
    const auto whole = read_whole(file, 64 << 20);
    auto bad = whole;
    bad[place] ^= 1;
    write_durably(file, bad);
    EXPECT_NE(error_of([&] { open_with(secret); }), "no error") << place;
    write_durably(file, View(whole).first(place));
    EXPECT_NE(error_of([&] { open_with(secret); }), "no error") << "cut at " << place;
    write_durably(file, whole);
  }
  EXPECT_THAT(error_of([&] { restore(settings, {folder.path / "disk", file, secret, {}}); }), HasSubstr("already")) << "never over what is there";
}

}  // namespace
}  // namespace tenure::storage
