// The promise report and what does not belong where it lies, is damaged or missing: what the plantings of each kind
// leave unsaid.
#include <sys/stat.h>

#include "storage/attestation/walk.h"
#include "storage/keys/slot_format.h"
#include "tests/storage/attested.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;

TEST(Attestation, FindsACopyInTheVaultItselfAndInAnotherVault) {
  AttestedPractice practice;
  const auto copy = practice.vault() / "cctv" / "front" / "elsewhere.seg";
  fs::copy_file(practice.file_of(practice.fresh), copy);
  EXPECT_EQ(found_in(practice.attest()), "copy 1");
  const auto second = practice.state() / "second";
  write_file(second / "tenure-vault", "vault second\n");
  fs::rename(copy, second / "copy.seg");
  auto order = practice.order();
  order.vaults.push_back({"second", second});
  EXPECT_EQ(found_in(attest(order)), "copy 1");
  const auto place = second / practice.file_of(practice.fresh).lexically_relative(practice.vault());
  fs::create_directories(place.parent_path());
  fs::rename(second / "copy.seg", place);  // where it would belong, were it that vault's
  const auto report = attest(order);
  EXPECT_EQ(found_in(report), "copy 1");
  EXPECT_EQ(report.classes.at(1).recordings, 3U);
}

TEST(Attestation, SaysNoToAKeyThatWasPutBack) {
  for (const bool both : {false, true}) {
    AttestedPractice practice;
    const auto key = practice.key_of(practice.fresh);
    practice.sweep_after(std::chrono::days(27));
    put_slot(practice.state() / "keys/b/slots", practice.fresh.slot, key);
    if (both) put_slot(practice.state() / "keys/a/slots", practice.fresh.slot, key);
    const auto report = practice.attest();
    EXPECT_EQ(found_in(report), "key-without-recording 1");
    EXPECT_EQ(verdict_of(report), "broken");
    EXPECT_EQ(report.findings[0].first.at(0).place, "key slot " + std::to_string(practice.fresh.slot));
  }
}

TEST(Attestation, SaysNoToARecordingAmongWhatBelongsThere) {
  for (const auto* place : {"reports/scan.bin", "ledger/tile/0/extra", "secrets/notes", "ballast/fill", "keys/a/slots-shm"}) {
    AttestedPractice practice;
    write_file(practice.state() / place, "RIFF1234WAVEfmt ");
    EXPECT_EQ(found_in(practice.attest()), "plain-recording 1") << place;
  }
  AttestedPractice practice;
  write_file(practice.vault() / "ballast" / "1", std::string(5'000, '\0'));
  EXPECT_EQ(found_in(practice.attest()), "");
  write_file(practice.vault() / "ballast" / "2", "RIFF1234WAVEfmt ");
  EXPECT_EQ(found_in(practice.attest()), "plain-recording 1");
}

TEST(Attestation, SaysNoToACopyOfTheKeysAmongWhatBelongsThere) {
  for (const auto* place :
       {"reports/notes", "reports/night-2026-03-30/promise-report.pdf", "ledger/notes", "ledger/tile/0/x001/000",
        "ledger/tile/entries/001", "holds/notes", "holds/policy", "secrets/notes", "secrets/ledger-key", "ballast/fill",
        "ballast/space", "tombstones", "restored", "lock", "keys/check", "keys/b/root", "catalogue/left-files"}) {
    AttestedPractice practice;
    fs::create_directories((practice.state() / place).parent_path());
    fs::copy_file(practice.state() / "keys/a/slots", practice.state() / place, fs::copy_options::overwrite_existing);
    const auto report = practice.attest();
    EXPECT_EQ(found_in(report), "key-copy-elsewhere 1") << place;
    EXPECT_EQ(verdict_of(report), "broken") << place;
  }
}

TEST(Attestation, SaysNoToWhatLiesUnderTheNameOfSomethingThatBelongsThere) {
  for (const auto* place :
       {"tombstones", "lock", "keys/check", "catalogue/left-files", "ballast/space", "ledger/checkpoint"}) {
    AttestedPractice practice;
    write_file(practice.state() / place, "RIFF1234WAVEfmt ");
    EXPECT_EQ(found_in(practice.attest()), "plain-recording 1") << place;
    fs::copy_file(practice.file_of(practice.fresh), practice.state() / place, fs::copy_options::overwrite_existing);
    EXPECT_EQ(found_in(practice.attest()), "copy 1") << place;
    fs::copy_file(practice.state() / "catalogue/catalogue.db", practice.state() / place,
                  fs::copy_options::overwrite_existing);
    EXPECT_EQ(found_in(practice.attest()), "catalogue-copy 1") << place;
  }
}

TEST(Attestation, SaysNoToWhatIsNamedAsASealedRecordingAndIsNone) {
  AttestedPractice practice;
  const auto file = practice.vault() / "cctv" / "front" / "elsewhere.seg";
  fs::copy_file(practice.state() / "keys/a/slots", file);
  EXPECT_EQ(found_in(practice.attest()), "key-copy-elsewhere 1");
  write_file(file, "RIFF1234WAVEfmt ");
  EXPECT_EQ(found_in(practice.attest()), "plain-recording 1");
  write_file(file, "notes");
  EXPECT_EQ(found_in(practice.attest()), "unreadable 1");
}

TEST(Attestation, TakesNoChanceAmongRandomBytesForAKey) {
  AttestedPractice practice;
  const auto slot = practice.key_of(practice.fresh);
  const std::string one(slot.begin(), slot.end()), many = std::string(kSlotSize, ' ') + one + std::string(8'000, ' ');
  for (const auto* place : {"ledger/tile/0/001", "reports/night-2026-03-30/promise-report.pdf", "tombstones"}) {
    write_file(practice.state() / place, many);
    EXPECT_EQ(found_in(practice.attest()), "") << place;
    write_file(practice.state() / place, one);
    EXPECT_EQ(found_in(practice.attest()), "key-copy-elsewhere 1") << place << ", where it is all there is";
    fs::remove(practice.state() / place);
  }
  write_file(practice.state() / "ledger/notes", many);
  EXPECT_EQ(found_in(practice.attest()), "key-copy-elsewhere 1") << "no such file is random";
}

TEST(Attestation, GoesOnWhenAFolderGoesWhileItLooks) {
  TemporaryFolder top;
  for (const auto* name : {"a", "b", "c", "d"}) write_file(top.path / name / "file", "x");
  std::vector<std::string> seen;
  const auto look = [&](const Path& path, bool is_folder) {
    if (!is_folder) seen.push_back(path.parent_path().filename().string());
    if (!is_folder && seen.size() == 1) fs::remove_all(top.path / "b");
    return true;
  };
  attestation::walk(top.path, look, [](const Path& folder) { FAIL() << folder; });
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "c", "d"}));
}

TEST(Attestation, SaysNoToAnOldCopyOfTheKeysInAVault) {
  AttestedPractice practice;
  fs::copy_file(practice.state() / "keys/a/slots", practice.vault() / "notes.txt");
  EXPECT_EQ(found_in(practice.attest()), "key-copy-elsewhere 1");
}

TEST(Attestation, WaitsForNobodyAtAPipe) {
  AttestedPractice practice;
  for (const auto& folder : {practice.state(), practice.state() / "reports", practice.vault()}) {
    make_directories(folder);
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  }
  EXPECT_EQ(found_in(practice.attest()), "");
}

TEST(Attestation, SaysNoToACopyOfTheKeysAsText) {
  AttestedPractice practice;
  const auto text = to_base64(read_whole(practice.state() / "keys/a/slots", 16 << 20));
  write_file(practice.vault() / "notes.txt", text);
  EXPECT_EQ(found_in(practice.attest()), "key-copy-elsewhere 1");
  std::string lines;
  for (std::size_t from = 0; from < text.size(); from += 76) lines += text.substr(from, 76) + "\n";
  write_file(practice.state() / "mail.txt", lines);
  EXPECT_EQ(found_in(practice.attest()), "key-copy-elsewhere 2");
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

TEST(Attestation, FindsWhatLiesInQuarantine) {
  AttestedPractice practice;
  const auto& row = practice.fresh;
  practice.sql("DELETE FROM segment WHERE id = " + hex(row.id));
  fs::create_directories(practice.vault() / "quarantine");
  fs::rename(practice.file_of(row), practice.vault() / "quarantine" / (row.id.text() + ".seg"));
  EXPECT_EQ(found_in(practice.attest()), "in-quarantine 1");
  EXPECT_EQ(practice.attest().quarantined, 1U);
  practice.sweep_after(std::chrono::days(27));
  EXPECT_EQ(found_in(practice.attest()), "orphan-past-date 1");
}

TEST(Attestation, FindsAFileThatSaysAnotherSourceThanItsRow) {
  AttestedPractice practice;
  practice.sql("UPDATE segment SET source = 'waiting-room' WHERE id = " + hex(practice.fresh.id));
  EXPECT_EQ(found_in(practice.attest()), "misfiled 1, missing-file 1");
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

TEST(Attestation, SaysInWordsThatItCannotSay) {
  AttestedPractice practice;
  auto order = practice.order();
  order.time = {at("2026-03-02T00:00:00Z"), at("2026-03-02T00:00:00Z")};
  EXPECT_EQ(verdict_in_words(attest(order)).at(0).substr(0, 35), "It cannot be said for certain. Noth");
}

TEST(Attestation, SaysNoWhenTheClockRanAheadOfTheSweep) {
  AttestedPractice practice;
  auto order = practice.order();
  order.time = {at("2031-01-01T00:00:00Z"), at("2031-01-01T00:00:00Z")};
  EXPECT_EQ(found_in(attest(order)), "past-date 4");
}

TEST(Attestation, CannotSayWhenAVaultIsNotThere) {
  AttestedPractice practice;
  auto order = practice.order();
  order.vaults.push_back({"second", practice.state() / "second"});
  EXPECT_EQ(found_in(attest(order)), "vault-off-line 1");
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
