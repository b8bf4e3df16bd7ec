// Keys that nothing claims go, with an entry; whatever might still be opened by one keeps it.
#include "storage/recovery/stray_keys.h"

#include <gmock/gmock.h>

#include "storage/attestation/attestation.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/keys/slot_format.h"
#include "storage/recovery/scrub.h"
#include "storage/vault/vault_walk.h"
#include "tests/storage/backup_practice.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

class StrayKeysTest : public testing::Test {
 protected:
  // A key of a recording that never came to be, or is not here.
  std::uint64_t stray(const SegmentId& id) {
    const auto slot = practice.parts->keys.reserve(id).slot;
    practice.parts->keys.sync();
    return slot;
  }
  std::uint64_t stray() { return stray(SegmentId::make(practice.clock.now())); }
  // Of a recording whose row is gone and whose file lies elsewhere by now, inside the practice's folder.
  std::uint64_t put_elsewhere(const Path& place) {
    auto row = practice.reserve("front", {start, start + minutes(1)});
    practice.parts->catalogue.write(
        [&](Catalogue::Transaction& transaction) { transaction.db.run("DELETE FROM segment WHERE id = ?", row.id); });
    const auto to = practice.folder.path / place / (row.id.text() + ".seg");
    fs::create_directories(to.parent_path());
    fs::rename(practice.parts->vaults.path_of(row), to);
    file = to;
    return row.slot;
  }
  SegmentId id_of_file() const { return SegmentId::parse(file.stem().string()).value(); }
  // Its key is erased as a deletion erases it; from the next start on its slot is used again.
  void erase_key(std::uint64_t slot, const SegmentId& id) {
    practice.parts->keys.erase(slot, id);
    practice.parts->keys.sync();
    restart();
  }
  void bury(const SegmentId& id) {
    practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
      transaction.db.run(
          "INSERT INTO tombstone(segment, source, class, kind, start_at, end_at, expires_at, deleted_at, cause)"
          " VALUES(?, 'front', 'cctv', 0, 0, 1, 2, 2, 0)",
          id);
    });
  }
  void make_lost(const SegmentRow& row) {
    practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
      transaction.db.run("UPDATE segment SET state = 3 WHERE id = ?", row.id);
    });
    remove_file(practice.parts->vaults.path_of(row));
  }
  void restart() { practice.restart(); }
  // As the scrub does: one look after the walk, another a day later, in the same run of the daemon.
  void look_for_a_day() {
    auto& parts = *practice.parts;
    StrayKeys keys({parts.catalogue, practice.clock, parts.vaults, parts.keys, &parts.calls}, practice.folder.path);
    for (int day = 0; day < 2; ++day) {
      while (keys.step()) {
      }
      practice.clock.advance(days(1));
    }
    while (keys.step()) {
    }
  }
  bool is_kept(std::uint64_t slot) { return practice.parts->keys.used().at(slot); }
  std::vector<LedgerEntry> told() {
    auto acts = practice.parts->catalogue.ledger(1, 10'000);
    std::erase_if(acts, [](const LedgerEntry& entry) { return entry.act != "stray-keys"; });
    return acts;
  }
  void note_backup(const Path& folder) {
    practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
      transaction.db.run("INSERT INTO backup VALUES(?, 0, ?, 'm', ?, NULL, NULL, 0, zeroblob(32))",
                         SegmentId::make(start), folder.string(), start);
    });
  }

  const Instant start = at("2026-03-02T10:00:00Z");
  Practice practice{start + hours(3)};
  Path file;
};

TEST_F(StrayKeysTest, I15_AKeyThatNothingClaimsForADayIsErasedInBothCopiesWithAnEntryFirst) {
  const auto row = practice.record("front", {start, start + minutes(1)});
  const auto first = stray(), second = stray();
  restart();
  look_for_a_day();
  EXPECT_TRUE(is_kept(row.slot));
  EXPECT_FALSE(is_kept(first) || is_kept(second));
  ASSERT_EQ(told().size(), 1u);
  EXPECT_THAT(told()[0].subject, HasSubstr("\"keys\":2"));
  restart();
  EXPECT_TRUE(practice.parts->keys.read(row.slot, row.id));
  EXPECT_EQ(practice.parts->keys.in_use(), 1u) << "what is on the disk says so too";
  look_for_a_day();
  EXPECT_EQ(told().size(), 1u) << "and nothing is told twice";
}

TEST_F(StrayKeysTest, I13_NoKeyIsErasedWhenItsEntryCannotBeWritten) {
  const auto slot = stray();
  restart();
  practice.parts->catalogue.write([](Catalogue::Transaction& transaction) {
    transaction.db.script("CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'full'); END;");
  });
  EXPECT_THROW(look_for_a_day(), Error);
  EXPECT_TRUE(is_kept(slot));
}

TEST_F(StrayKeysTest, WaitsADayAlsoAcrossStarts) {
  const auto slot = stray();
  for (int start_number = 0; start_number < 3; ++start_number) {
    EXPECT_TRUE(is_kept(slot)) << start_number;
    restart();
    auto& parts = *practice.parts;
    StrayKeys keys({parts.catalogue, practice.clock, parts.vaults, parts.keys, &parts.calls}, practice.folder.path);
    while (keys.step()) {
    }
    practice.clock.advance(hours(12));
  }
  EXPECT_FALSE(is_kept(slot));
}

TEST_F(StrayKeysTest, I19_AVaultThatIsOffLineStopsIt) {
  const auto slot = stray();
  restart();
  const auto vault = practice.folder.path / "vault", away = practice.folder.path / "away";
  fs::rename(vault, away);
  look_for_a_day();
  EXPECT_TRUE(is_kept(slot));
  fs::rename(away, vault);
  look_for_a_day();
  EXPECT_FALSE(is_kept(slot));
}

TEST_F(StrayKeysTest, I19_AVaultThatTheSettingsHaveNoMoreStopsIt) {
  const auto slot = stray();
  practice.parts->catalogue.remember_vaults({{"main", practice.parts->vaults.ids().at("main")}, {"old", "an id"}});
  restart();
  look_for_a_day();
  EXPECT_TRUE(is_kept(slot));
}

TEST_F(StrayKeysTest, I2_TheKeyOfAFileWithoutARowStaysWhereverItLies) {
  for (const auto* place :
       {"vault/quarantine", "vault/cctv/front/2026/03/02/10", "vault/lost", "staging/old", "disk/vaults/main"}) {
    if (std::string_view(place).starts_with("disk")) note_backup(practice.folder.path / "disk");
    const auto slot = put_elsewhere(place);
    restart();
    look_for_a_day();
    EXPECT_TRUE(is_kept(slot)) << place;
  }
  EXPECT_TRUE(told().empty());
}

TEST_F(StrayKeysTest, I2_AFileWhoseHeaderIsDamagedKeepsTheKeyThatIsItsByName) {
  const auto other = stray(), slot = put_elsewhere("vault/quarantine");
  File(file, File::Mode::read_write).write_at(0, Blob(256, 0xa5));
  restart();
  look_for_a_day();
  EXPECT_TRUE(is_kept(slot));
  EXPECT_FALSE(is_kept(other));
}

TEST_F(StrayKeysTest, I2_AFileThatCannotBeToldOrAFolderThatLeadsElsewhereStopsIt) {
  const auto slot = stray(), of_file = put_elsewhere("vault/quarantine");
  File(file, File::Mode::read_write).write_at(0, Blob(256, 0xa5));
  const auto renamed = file.parent_path() / "renamed.seg";
  fs::rename(file, renamed);
  restart();
  look_for_a_day();
  EXPECT_TRUE(is_kept(slot) && is_kept(of_file));
  fs::remove(renamed);
  const auto link = practice.folder.path / "vault" / "cctv-2025";
  fs::create_directory_symlink("/tmp", link);
  look_for_a_day();
  EXPECT_TRUE(is_kept(slot));
  fs::remove(link);
  fs::create_directory_symlink(practice.folder.path / "vault", practice.folder.path / "current");
  look_for_a_day();
  EXPECT_FALSE(is_kept(slot)) << "a link to a vault leads nowhere else";
}

TEST_F(StrayKeysTest, I15_ABackupOfTheDataThatIsNotThereStopsIt) {
  const auto slot = stray();
  note_backup(practice.folder.path / "disk");
  restart();
  look_for_a_day();
  EXPECT_TRUE(is_kept(slot)) << "it may have the file of a recording that was lost with the catalogue";
  fs::create_directories(practice.folder.path / "disk" / "vaults");
  look_for_a_day();
  EXPECT_FALSE(is_kept(slot));
}

// Slots are used again: by the number alone it would keep what was recorded after it for ever.
TEST_F(StrayKeysTest, I15_AFileThatWasLeftOfADeletedRecordingHasNoClaimOnTheNextKeyInItsSlot) {
  for (const auto* place : {"disk/vaults/main", "vault/quarantine"}) {
    restart();
    if (std::string_view(place).starts_with("disk")) note_backup(practice.folder.path / "disk");
    const auto slot = put_elsewhere(place);
    erase_key(slot, id_of_file());
    ASSERT_EQ(stray(), slot) << "of what was recorded later, and is nowhere";
    restart();
    look_for_a_day();
    EXPECT_FALSE(is_kept(slot)) << place;
    EXPECT_TRUE(fs::exists(file)) << "no file is anything to it";
  }
}

// A key that came back with an older backup of the keys, beside a catalogue that knows of the deletion.
TEST_F(StrayKeysTest, I15_TheFileOfADeletedRecordingHasNoClaimOnItsOwnKeyEither) {
  note_backup(practice.folder.path / "disk");
  const auto whole = put_elsewhere("disk/vaults/main");
  bury(id_of_file());
  const auto damaged = put_elsewhere("vault/quarantine");
  bury(id_of_file());
  File(file, File::Mode::read_write).write_at(0, Blob(256, 0xa5));
  const auto not_deleted = put_elsewhere("disk/vaults/main");
  restart();
  look_for_a_day();
  EXPECT_FALSE(is_kept(whole) || is_kept(damaged));
  EXPECT_TRUE(is_kept(not_deleted)) << "whose file is there, may be needed";
}

// A restore with an older backup of the keys brings back such a row; the slot's key is of what was recorded instead.
TEST_F(StrayKeysTest, I15_ALostRecordingClaimsNoKeyOfAnotherInItsSlot) {
  const auto row = practice.record("front", {start, start + minutes(1)});
  make_lost(row);
  erase_key(row.slot, row.id);
  ASSERT_EQ(stray(), row.slot);
  restart();
  look_for_a_day();
  EXPECT_FALSE(is_kept(row.slot));
  EXPECT_TRUE(practice.exists(row.id)) << "lost it stays";
}

TEST_F(StrayKeysTest, I19_ALostRecordingKeepsItsOwnKeyAlsoOneThatIsWholeInOneCopyOnly) {
  const auto row = practice.record("front", {start, start + minutes(1)});
  make_lost(row);
  practice.parts.reset();
  File(practice.folder.path / "keys" / "a" / "slots", File::Mode::read_write)
      .write_at(row.slot * kSlotSize, erased_slot());
  practice.parts = std::make_unique<Parts>(practice.folder.path, practice.clock);
  look_for_a_day();
  EXPECT_TRUE(practice.parts->keys.read(row.slot, row.id)) << "its file may come back";
}

TEST_F(StrayKeysTest, I8_I19_TheKeysOfWhatIsHeldLostCondemnedOrBeingRecordedStay) {
  std::vector<SegmentRow> rows;
  for (int state = 0; state < 4; ++state) {
    rows.push_back(practice.record("front", {start + minutes(state), start + minutes(state + 1)}));
    practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
      transaction.db.run("UPDATE segment SET state = ?2 WHERE id = ?1", rows.back().id, state);
    });
    remove_file(practice.parts->vaults.path_of(rows.back()));
  }
  practice.parts->holds.add(practice.request({{"front", {start, start + minutes(4)}}}), practice.manager);
  restart();
  look_for_a_day();
  for (const auto& row : rows) EXPECT_TRUE(practice.parts->keys.read(row.slot, row.id));
}

TEST_F(StrayKeysTest, I14_WhatThisProcessRecordsWithoutARowKeepsItsKey) {
  auto& parts = *practice.parts;
  StrayKeys keys({parts.catalogue, practice.clock, parts.vaults, parts.keys, &parts.calls}, practice.folder.path);
  const auto slot = stray();  // no file yet, and the catalogue is away
  for (int day = 0; day < 3; ++day) {
    while (keys.step()) {
    }
    practice.clock.advance(days(1));
  }
  EXPECT_TRUE(is_kept(slot));
}

TEST_F(StrayKeysTest, I14_ASegmentQueuedWhileTheCatalogueWasAwayKeepsItsKeyAndIsAdopted) {
  const auto row = practice.reserve("front", {start, start + minutes(1)});
  practice.parts->catalogue.write(
      [&](Catalogue::Transaction& transaction) { transaction.db.run("DELETE FROM segment WHERE id = ?", row.id); });
  restart();
  look_for_a_day();
  EXPECT_TRUE(is_kept(row.slot));
  EXPECT_EQ(practice.recover().adopted, 1u);
}

class StrayKeysAfterRestore : public BackupTest {
 protected:
  std::string findings() {
    AttestationOrder order;
    order.state = settings.storage.path;
    order.vaults = {{"main", settings.vaults[0].path}};
    order.time = clock.trusted();
    order.machine_clock = clock.now();
    std::string kinds;
    for (const auto& finding : attest(order).findings)
      if (finding.kind.starts_with("key-")) kinds += finding.kind + " ";
    return kinds;
  }
  void scrub_for(Duration time) {
    for (const auto until = clock.now() + time; clock.now() < until;) clock.advance(storage->scrub().step());
  }
};

TEST_F(StrayKeysAfterRestore, I15_KeysOfWhatWasRecordedAfterTheBackupOfTheDataGoADayAfterTheRestore) {
  const auto kept = import("07700 900123", "a", "some sound");
  data();
  import("07700 900456", "b", "sound that no backup of the data has");
  lose_and_restore(keys());
  EXPECT_EQ(storage->keys().in_use(), 2u);
  scrub_for(hours(23));
  EXPECT_EQ(storage->keys().in_use(), 2u) << "the old disk may still be brought";
  EXPECT_EQ(findings(), "key-ending ") << "it says that there is nothing to do";
  scrub_for(hours(2));
  EXPECT_EQ(storage->keys().in_use(), 1u);
  EXPECT_EQ(findings(), "") << "and the promise report can say yes again";
  EXPECT_EQ(sound(kept), "some sound");
}

// The slot of what was erased is used by what was recorded next; its sealed file lies in the backup of the data until
// that is made again.
TEST_F(StrayKeysAfterRestore, I15_ASealedFileThatWasErasedKeepsNoKeyInTheBackupOfTheData) {
  const auto slot_of = [&](const SegmentId& id) {
    return storage->catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0).slot;
  };
  const auto gone = import("07700 900123", "a", "erased later"), kept = import("07700 900456", "b", "kept");
  const auto slot = slot_of(gone);
  data();
  clock.advance(hours(1));
  erase(gone);
  ASSERT_EQ(slot_of(import("07700 900789", "c", "sound that no backup of the data has")), slot);
  clock.advance(hours(1));
  lose_and_restore(keys());
  EXPECT_EQ(storage->keys().in_use(), 2u);
  scrub_for(hours(1));
  EXPECT_EQ(findings(), "key-ending ") << "in an hour, as key-without-recording says";
  scrub_for(hours(25));
  EXPECT_EQ(storage->keys().in_use(), 1u);
  EXPECT_EQ(findings(), "");
  EXPECT_EQ(sound(kept), "kept");
}

}  // namespace
}  // namespace tenure::storage
