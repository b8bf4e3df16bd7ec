// The promise report and what does not belong where it lies: copies, old keys, plain recordings, quarantine; and what
// is damaged or missing.
#include "storage/keys/slot_format.h"
#include "tests/storage/attested.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;

TEST(Attestation, FindsACopyInStaging) {
  AttestedPractice practice;
  fs::create_directories(practice.state() / "staging");
  fs::copy_file(practice.file_of(practice.fresh), practice.state() / "staging" / "copy");
  EXPECT_EQ(found_in(practice.attest()), "copy 1");
  fs::rename(practice.state() / "staging" / "copy", practice.vault() / "cctv" / "front" / "elsewhere.seg");
  EXPECT_EQ(found_in(practice.attest()), "copy 1");
}

TEST(Attestation, SaysNoToACopyThatOutlivedItsDeletionWithAKeyPutBack) {
  AttestedPractice practice;
  const auto copy = practice.state() / "staging" / "copy";
  fs::create_directories(copy.parent_path());
  fs::copy_file(practice.file_of(practice.fresh), copy);
  const auto key = slot_bytes(practice.state() / "keys/a/slots", practice.fresh.slot);
  practice.clock.advance(std::chrono::days(27));
  practice.parts->sweeper.sweep();
  EXPECT_EQ(found_in(practice.attest()), "leftover 1");  // nothing opens it
  put_slot(practice.state() / "keys/a/slots", practice.fresh.slot, key);
  EXPECT_EQ(found_in(practice.attest()), "copy-past-date 1");
}

TEST(Attestation, SaysNoToAKeyThatWasPutBack) {
  for (const bool both : {false, true}) {
    AttestedPractice practice;
    const auto key = slot_bytes(practice.state() / "keys/a/slots", practice.fresh.slot);
    practice.clock.advance(std::chrono::days(27));
    practice.parts->sweeper.sweep();
    put_slot(practice.state() / "keys/b/slots", practice.fresh.slot, key);
    if (both) put_slot(practice.state() / "keys/a/slots", practice.fresh.slot, key);
    const auto report = practice.attest();
    EXPECT_EQ(found_in(report), "key-without-recording 1");
    EXPECT_EQ(verdict_of(report), "broken");
    EXPECT_EQ(report.findings[0].first.at(0).place, "key slot " + std::to_string(practice.fresh.slot));
  }
}

TEST(Attestation, SaysNoToAnOldCopyOfTheKeys) {
  AttestedPractice practice;
  fs::copy_file(practice.state() / "keys/a/slots", practice.state() / "keys/slots.old");
  EXPECT_EQ(found_in(practice.attest()), "key-copy-elsewhere 1");
  fs::rename(practice.state() / "keys/slots.old", practice.vault() / "notes.txt");
  EXPECT_EQ(found_in(practice.attest()), "key-copy-elsewhere 1");
}

TEST(Attestation, SaysNoToARecordingWithoutEncryption) {
  AttestedPractice practice;
  write_file(practice.state() / "left" / "clip.bin", std::string("\0\0\0\x18"
                                                                 "ftypiso6",
                                                                 12) +
                                                         std::string(100, 'x'));
  EXPECT_EQ(found_in(practice.attest()), "plain-recording 1");
  write_file(practice.vault() / "cctv" / "call.tmp", "RIFF1234WAVEfmt ");
  EXPECT_EQ(found_in(practice.attest()), "plain-recording 2");
  EXPECT_EQ(verdict_of(practice.attest()), "broken");
}

TEST(Attestation, SaysNoToAWorkingFileThatIsADayOld) {
  AttestedPractice practice;
  const auto file = practice.state() / "staging" / "spool-1";
  write_file(file, "sealed under a key that is gone");
  EXPECT_EQ(found_in(practice.attest()), "working-file 1");
  fs::last_write_time(file, std::time(nullptr) - 2 * 86'400);
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "old-working-file 1");
  EXPECT_EQ(verdict_of(report), "broken");
}

TEST(Attestation, FindsWhatLiesInQuarantine) {
  AttestedPractice practice;
  const auto& row = practice.fresh;
  practice.sql("DELETE FROM segment WHERE id = " + hex(row.id));
  fs::create_directories(practice.vault() / "quarantine");
  fs::rename(practice.file_of(row), practice.vault() / "quarantine" / (row.id.text() + ".seg"));
  EXPECT_EQ(found_in(practice.attest()), "orphan 1");
  EXPECT_EQ(practice.attest().quarantined, 1U);
  practice.clock.advance(std::chrono::days(27));
  practice.parts->sweeper.sweep();
  EXPECT_EQ(found_in(practice.attest()), "orphan-past-date 1");
}

TEST(Attestation, FindsARecordingWhoseFileIsMissingOrCutOrDamaged) {
  AttestedPractice practice;
  const auto file = practice.file_of(practice.fresh);
  fs::resize_file(file, fs::file_size(file) - 1);
  EXPECT_EQ(found_in(practice.attest()), "other-size 1");
  fs::resize_file(file, 100);
  EXPECT_EQ(found_in(practice.attest()), "unreadable 1");
  fs::remove(file);
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "missing-file 1");
  EXPECT_EQ(verdict_of(report), "kept");
}

TEST(Attestation, FindsAFileThatSaysAnotherSourceThanItsRow) {
  AttestedPractice practice;
  practice.sql("UPDATE segment SET source = 'waiting-room' WHERE id = " + hex(practice.fresh.id));
  EXPECT_EQ(found_in(practice.attest()), "misfiled 1, missing-file 1");
}

TEST(Attestation, FindsAKeyThatWasErasedTooEarly) {
  AttestedPractice practice;
  const Blob erased(kSlotSize, 0xE5);
  put_slot(practice.state() / "keys/a/slots", practice.fresh.slot, erased);
  EXPECT_EQ(found_in(practice.attest()), "key-in-one-copy 1");
  put_slot(practice.state() / "keys/b/slots", practice.fresh.slot, erased);
  EXPECT_EQ(found_in(practice.attest()), "key-erased-early 1");
}

TEST(Attestation, FindsAFileThatIsLeftWhenItsKeyIsGone) {
  AttestedPractice practice;
  practice.sql("UPDATE segment SET state = 2 WHERE id = " + hex(practice.held.id));
  for (const auto* copy : {"keys/a/slots", "keys/b/slots"})
    put_slot(practice.state() / copy, practice.held.slot, Blob(kSlotSize, 0xE5));
  EXPECT_EQ(found_in(practice.attest()), "file-without-key 1");
}

TEST(Attestation, FindsALostFileThatIsBack) {
  AttestedPractice practice;
  practice.sql("UPDATE segment SET state = 3 WHERE id = " + hex(practice.fresh.id));
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "lost-file-is-back 1");
  EXPECT_EQ(report.classes.at(1).lost, 1U);
}

TEST(Attestation, FindsTwoRecordingsOfOneKey) {
  AttestedPractice practice;
  const auto other = practice.record("front", {at("2026-03-28T08:05:00Z"), at("2026-03-28T08:06:00Z")});
  practice.sql("UPDATE segment SET slot = " + std::to_string(practice.fresh.slot) + " WHERE id = " + hex(other.id));
  EXPECT_EQ(found_in(practice.attest()), "key-without-recording 1, misfiled 1, shared-key 1");
}

TEST(Attestation, FindsAHoldFileWithoutItsHoldAndAHoldWithoutItsFile) {
  AttestedPractice practice;
  const auto file = practice.state() / "holds" / (practice.hold.text() + ".hold");
  ASSERT_TRUE(fs::exists(file));
  fs::rename(file, practice.state() / "holds" / "01a200e7be4b7ddaa2b350634e71c73e.hold");
  EXPECT_EQ(found_in(practice.attest()), "hold-without-file 1, hold-file-without-row 1");
}

TEST(Attestation, CannotSayWhenTheClockIsBehindOrInDoubt) {
  AttestedPractice practice;
  auto order = practice.order();
  order.time = {at("2026-03-02T00:00:00Z"), at("2026-03-02T00:00:00Z")};
  auto report = attest(order);
  EXPECT_EQ(verdict_of(report), "unsure");
  EXPECT_EQ(report.findings[0].kind, "clock-behind");
  EXPECT_EQ(verdict_in_words(report).at(0).substr(0, 35), "It cannot be said for certain. Noth");
  order.time = {practice.clock.now(), practice.clock.now(), practice.clock.now()};
  EXPECT_EQ(found_in(attest(order)), "time-unconfirmed 1");
  order.time = {practice.clock.now(), practice.clock.now() + std::chrono::hours(3), practice.clock.now()};
  report = attest(order);
  EXPECT_EQ(found_in(report), "time-doubtful 1");
  EXPECT_EQ(verdict_of(report), "unsure");
}

TEST(Attestation, SaysNoWhenTheClockRanAheadOfTheSweep) {
  AttestedPractice practice;
  auto order = practice.order();
  order.time = {at("2031-01-01T00:00:00Z"), at("2031-01-01T00:00:00Z")};
  EXPECT_EQ(found_in(attest(order)), "past-date 4");
}

TEST(Attestation, CannotSayWhenAVaultIsNotThereOrIsAnother) {
  AttestedPractice practice;
  auto order = practice.order();
  order.vaults.push_back({"second", practice.state() / "second"});
  EXPECT_EQ(found_in(attest(order)), "vault-off-line 1");
  fs::remove(practice.vault() / "tenure-vault");
  write_file(practice.vault() / "tenure-vault", "vault main\nid 01a200e7be4b7ddaa2b350634e71c73e\ntrial no\n");
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "vault-off-line 1");
  EXPECT_EQ(verdict_of(report), "unsure");
}

TEST(Attestation, CannotSayWhenTheLedgerContradictsItself) {
  AttestedPractice practice;
  auto order = practice.order();
  order.ledger.sound = false;
  order.ledger.problem = "entry 3: it is missing";
  EXPECT_EQ(found_in(attest(order)), "ledger-unsound 1");
  EXPECT_EQ(verdict_of(attest(order)), "unsure");
}

TEST(Attestation, SaysNoToAKeyBackupThatOutlivedItsWeek) {
  AttestedPractice practice;
  const auto file = practice.state() / "out" / "keys-1";
  write_file(file, "sealed");
  practice.sql(
      "CREATE TABLE IF NOT EXISTS backup(id BLOB PRIMARY KEY CHECK(length(id) = 16), kind INTEGER NOT NULL, folder "
      "TEXT NOT NULL,"
      " name TEXT NOT NULL, made_at INTEGER NOT NULL, verified_at INTEGER, gone_at INTEGER, bytes INTEGER NOT NULL,"
      " sha256 BLOB NOT NULL) STRICT, WITHOUT ROWID");
  const auto add = [&](const std::string& name, const std::string& days_ago, const std::string& verified) {
    practice.sql("INSERT INTO backup VALUES(randomblob(16), 1, '" + file.parent_path().string() + "', '" + name +
                 "', " + std::to_string(micros_of(practice.clock.now())) + " - " + days_ago + " * 86400000000, " +
                 verified + ", NULL, 6, zeroblob(32))");
  };
  add("keys-1", "6", "1");
  EXPECT_EQ(found_in(practice.attest()), "");
  practice.sql("UPDATE backup SET made_at = made_at - 2 * 86400000000");
  EXPECT_EQ(found_in(practice.attest()), "stale-key-backup 1");
  add("keys-2", "1", "1");
  EXPECT_EQ(found_in(practice.attest()), "old-key-backup 1");
  fs::remove(file);
  EXPECT_EQ(found_in(practice.attest()), "backup-out-of-reach 1");
  practice.sql("UPDATE backup SET gone_at = 1 WHERE name = 'keys-1'");
  EXPECT_EQ(found_in(practice.attest()), "");
}

TEST(Attestation, FindsACopyOfTheCatalogue) {
  AttestedPractice practice;
  fs::copy_file(practice.state() / "catalogue/catalogue.db", practice.state() / "catalogue/before-the-upgrade.db");
  EXPECT_EQ(found_in(practice.attest()), "catalogue-copy 1");
}

TEST(Attestation, FindsADeletionThatWaitsForAnAnswer) {
  AttestedPractice practice;
  practice.sql("INSERT INTO sweep_question VALUES('main', 'cctv', 1, 1, 700, 1000, 'too many', NULL)");
  EXPECT_EQ(found_in(practice.attest()), "deletion-waits 700");
}

TEST(Attestation, TellsOfRecordingsThatTheTelephoneSystemKeeps) {
  AttestedPractice practice;
  const auto folder = practice.state() / "calls";
  write_file(folder / "new.wav", "RIFF");
  write_file(folder / "old.wav", "RIFF");
  fs::last_write_time(folder / "old.wav", std::time(nullptr) - 4L * 366 * 86'400);
  auto order = practice.order();
  order.call_folders = {{"pbx", "calls", folder}, {"gone", "calls", practice.state() / "nowhere"}};
  const auto report = attest(order);
  EXPECT_EQ(found_in(report), "");
  EXPECT_EQ(report.call_folders.at(0).files, 2U);
  EXPECT_EQ(report.call_folders[0].older_than_promised, 1U);
  EXPECT_FALSE(report.call_folders.at(1).problem.empty());
  EXPECT_EQ(verdict_in_words(report).at(1),
            "The telephone system's own folders hold one file older than promised, which Tenure does not delete.");
}

TEST(Attestation, WhatIsBeingRecordedOrDeletedThisMomentIsNoViolation) {
  AttestedPractice practice;
  practice.clock.advance(std::chrono::days(26));  // two are due
  const auto begun = practice.reserve("front", {practice.clock.now() - Seconds(60), practice.clock.now()});
  practice.sql("DELETE FROM segment WHERE id = " + hex(begun.id));  // its row is still queued
  auto order = practice.order();
  EXPECT_EQ(found_in(attest(order)), "past-date 2, orphan 1");
  order.settle = [&] {
    practice.parts->catalogue.reserve_segment(begun);
    practice.parts->sweeper.sweep();
  };
  EXPECT_EQ(found_in(attest(order)), "");
}

TEST(Attestation, FindsARecordingThatWasNeverFinished) {
  AttestedPractice practice;
  practice.reserve("front", {practice.clock.now(), practice.clock.now() + Seconds(60)});
  EXPECT_EQ(found_in(practice.attest()), "");
  practice.clock.advance(std::chrono::hours(2));
  EXPECT_EQ(found_in(practice.attest()), "stuck-recording 1");
}

TEST(Attestation, TheJsonSaysWhatTheReportSays) {
  AttestedPractice practice;
  practice.sql("UPDATE hold SET reason = 'said \"</script>\"'");
  const auto text = to_json(practice.attest());
  EXPECT_NE(text.find(R"("schema":"tenure-promise-report-1")"), std::string::npos);
  EXPECT_NE(text.find(R"("verdict":"kept")"), std::string::npos);
  EXPECT_NE(text.find(R"(said \"<)"), std::string::npos);
  EXPECT_EQ(text, to_json(practice.attest()));  // what is signed is reproducible
}

TEST(Attestation, EndsWhenItIsCancelled) {
  const AttestedPractice practice;
  auto order = practice.order();
  const std::atomic<bool> stop{true};
  order.cancelled = &stop;
  EXPECT_THROW(attest(order), Error);
}

}  // namespace
}  // namespace tenure::storage
