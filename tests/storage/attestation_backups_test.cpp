// The promise report and backups: what can be told of them without the recovery key; and of what providers keep.
#include "base/error.h"
#include "storage/erasure/erasures.h"
#include "tests/storage/another_user.h"
#include "tests/storage/attested.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
using std::chrono::days;
using Standing = ProviderReport::Standing;

TEST(Attestation, TellsHowMuchOfWhatWasDeletedABackupCouldBringBackWithinItsWeek) {
  AttestedPractice practice;
  practice.clock.advance(days(24));
  const auto made = practice.clock.now();
  PracticeBackups backups(practice);
  backups.keys();
  backups.data();
  EXPECT_EQ(practice.attest().backups.at(0).deleted_since, 0U);
  practice.sweep_after(days(3));
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "");
  ASSERT_EQ(report.backups.size(), 2U);
  const auto& keys = report.backups[0];
  EXPECT_EQ(keys.name, "keys");
  EXPECT_EQ(keys.place, backups.disk.string());
  EXPECT_EQ(keys.files, 1U);
  EXPECT_EQ(keys.newest, made);
  EXPECT_EQ(keys.deleted_since, 2U);
  const auto& recordings = report.backups[1];
  EXPECT_EQ(recordings.name, "recordings");
  EXPECT_EQ(recordings.files, 5U);
  EXPECT_EQ(recordings.deleted_since, 2U);
  EXPECT_EQ(recordings.oldest, practice.held.span.from);
}

TEST(Attestation, SaysNoToAnOlderKeyBackupUnderTheNameOfANewerOne) {
  AttestedPractice practice;
  PracticeBackups backups(practice);
  const auto first = backups.keys();
  fs::copy_file(first, practice.state() / "kept");
  practice.clock.advance(days(8));
  const auto second = backups.keys();
  ASSERT_FALSE(fs::exists(first));
  fs::remove(second);
  fs::rename(practice.state() / "kept", second);
  EXPECT_EQ(found_in(practice.attest()), "key-backup-elsewhere 1, backup-changed 1");
}

TEST(Attestation, SaysNoToAKeyBackupThatWasRemovedAndIsBack) {
  AttestedPractice practice;
  PracticeBackups backups(practice);
  const auto first = backups.keys();
  const auto bytes = read_whole(first, 16 << 20);
  practice.clock.advance(days(8));
  backups.keys();
  EXPECT_EQ(found_in(practice.attest()), "");
  write_durably(first, bytes);
  EXPECT_EQ(found_in(practice.attest()), "key-backup-elsewhere 1");
}

TEST(Attestation, SaysNoToAKeyBackupThatDoesNotSayWhenItWasMade) {
  AttestedPractice practice;
  for (const std::string_view text : {"TNRBOX01", "TNRBOX01\xff\xff\xff\xff{}", "TNRBOX01\x01{}"}) {
    write_file(practice.state() / "box", text);
    EXPECT_EQ(found_in(practice.attest()), "key-backup-elsewhere 1") << text;
  }
}

TEST(Attestation, SaysNoToKeysThatLieInABackupInTheClear) {
  AttestedPractice practice;
  PracticeBackups backups(practice);
  backups.data();
  EXPECT_EQ(found_in(practice.attest()), "");
  fs::copy_file(practice.state() / "keys/a/slots", backups.disk / "vaults" / "slots");
  fs::copy_file(practice.state() / "catalogue/catalogue.db",
                backups.disk / "catalogue.db.new");  // as a crash leaves it
  EXPECT_EQ(found_in(practice.attest()), "key-copy-elsewhere 1, catalogue-copy 1");
}

TEST(Attestation, AKeyBackupThatIsBeingMadeThisMomentIsNoViolation) {
  AttestedPractice practice;
  PracticeBackups backups(practice);
  backups.keys();
  auto order = practice.order();
  write_file(backups.disk / "begun.tenure-keys", "TNRBOX01");
  EXPECT_EQ(found_in(attest(order)), "key-backup-elsewhere 1");
  order.settle = [&] { fs::remove(backups.disk / "begun.tenure-keys"); };
  EXPECT_EQ(found_in(attest(order)), "");
}

TEST(Attestation, ABackupOfRecordingsThatIsBeingMadeIsNoViolation) {
  AttestedPractice practice;
  PracticeBackups backups(practice);
  backups.data();
  practice.clock.advance(Seconds(60));
  EXPECT_THROW(backups.backups.back_up_data(
                   backups.disk, practice.manager, [](double) {}, [] { return true; }),
               Error);
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "");
  EXPECT_EQ(report.backups.at(0).problem, "a new backup was begun there and is not finished");
  backups.data();
  EXPECT_EQ(practice.attest().backups.at(0).problem, "");
}

TEST(Attestation, TellsWhatWasErasedByOrderWithTheOrdersNumberForAMonth) {
  AttestedPractice practice;
  PracticeBackups made(practice);
  Erasures erasures(practice.parts->catalogue, practice.clock, practice.parts->vaults, practice.parts->eraser,
                    made.ledger, practice.parts->keys.root(), {}, practice.state());
  EXPECT_TRUE(practice.attest().erasures.empty());
  const auto first = erasures.order({{}, {}, {practice.call}}, "a right of Jane Doe", practice.manager, {});
  practice.clock.advance(std::chrono::hours(1));
  erasures.set_key_backups([]() -> KeyBackupsRenewed { throw Error(ErrorKind::io, "no disk"); });
  const auto second = erasures.order({{{practice.fresh.source, practice.fresh.span}}, {}, {}}, "a right", practice.manager, {});
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "");
  ASSERT_EQ(report.erasures.size(), 2U);
  EXPECT_EQ(report.erasures[0].entry, first.ledger_number);
  EXPECT_EQ(report.erasures[0].at, first.ordered_at);
  EXPECT_EQ(report.erasures[0].recordings, 1U);
  EXPECT_TRUE(report.erasures[0].certified);
  EXPECT_EQ(report.erasures[1].entry, second.ledger_number);
  EXPECT_FALSE(report.erasures[1].certified);
  const auto json = to_json(report);
  EXPECT_NE(json.find(R"("erasures_in_31_days":[{"entry":)"), std::string::npos);
  EXPECT_EQ(json.find("Jane"), std::string::npos) << "no personal detail";
  practice.clock.advance(days(31));
  EXPECT_EQ(practice.attest().erasures.size(), 1U);
}

TEST(Attestation, TellsOfAnErasureWhoseOrderARestoreDoesNotHave) {
  AttestedPractice practice;
  PracticeBackups made(practice);
  Erasures erasures(practice.parts->catalogue, practice.clock, practice.parts->vaults, practice.parts->eraser,
                    made.ledger, practice.parts->keys.root(), {}, practice.state());
  const auto order = erasures.order({{}, {}, {practice.call}}, "a right", practice.manager, {});
  practice.sql("DELETE FROM erasure_item");
  practice.sql("DELETE FROM erasure");
  practice.sql("DROP TRIGGER ledger_is_append_only_1");
  practice.sql("UPDATE ledger SET act = 'other' WHERE act = 'erasure-order'");
  const auto report = practice.attest();
  ASSERT_EQ(report.erasures.size(), 1U);
  EXPECT_EQ(report.erasures[0].recordings, 1U);
  EXPECT_NE(report.erasures[0].entry, order.ledger_number) << "it is known by its deletion";
  EXPECT_TRUE(report.erasures[0].again);
}

TEST(Attestation, SaysWhichBackupsItCannotLookInto) {
  AttestedPractice practice;
  PracticeBackups backups(practice);
  backups.keys();
  backups.data();
  fs::remove_all(backups.disk);  // in a drawer
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "") << "within its week";
  ASSERT_EQ(report.backups.size(), 2U);
  for (const auto& one : report.backups) EXPECT_FALSE(one.problem.empty()) << one.name;
}

TEST(Attestation, LooksIntoABackupOnADiskThatHasTheFolderOfItsFileSystemsRepairs) {
  AttestedPractice practice;
  PracticeBackups backups(practice);
  backups.keys();
  backups.data();
  const auto repairs = backups.disk / "lost+found";
  fs::create_directories(repairs);
  const auto& disk = practice.elsewhere.path;
  for (const auto& item : fs::recursive_directory_iterator(disk)) fs::permissions(item.path(), fs::all_all);
  fs::permissions(disk, fs::all_all);
  Attestation report;
  {
    const AnotherUser nobody(practice.state(), repairs);
    report = practice.attest();
  }
  fs::permissions(repairs, fs::owner_all);
  ASSERT_EQ(report.backups.size(), 2U);
  for (const auto& one : report.backups) EXPECT_EQ(one.problem, "") << one.name;
}

TEST(Attestation, HoldsWhatProvidersKeepByTheirWordAgainstThePromise) {
  AttestedPractice practice;
  auto order = practice.order();
  const auto now = practice.clock.now();
  order.providers = {{"a", "calls", "Example Telecom", "Leeds", parse_period("P7Y"), {}},
                     {"b", "calls", "Example Telecom", "Leeds", parse_period("P1Y"), {}},
                     {"c", "calls", "Example Voice", "", {}, {}},
                     {"d", "calls", "Example Talk", "", parse_period("P7Y"), now},
                     {"e", "calls", "", "", {}, {}}};
  const auto report = attest(order);
  EXPECT_EQ(verdict_of(report), "kept") << "it is no violation of the box";
  std::vector<Standing> standings;
  for (const auto& one : report.providers) standings.push_back(one.standing);
  EXPECT_EQ(standings, (std::vector{Standing::longer, Standing::within, Standing::unknown, Standing::ended,
                                    Standing::unregistered}));
  const auto words = verdict_in_words(report);
  ASSERT_GE(words.size(), 3U);
  EXPECT_EQ(words[1],
            "Example Telecom keeps its own copies of calls for 7 years, longer than the 3 years promised here. Tenure "
            "can neither see nor delete them.");
  EXPECT_EQ(words[2], "Example Voice keeps its own copies of calls, and nobody has recorded for how long.");
  EXPECT_NE(to_json(report).find(R"("keeps":"P7Y","promised":"P3Y","until":null,"standing":"longer")"),
            std::string::npos);
}

}  // namespace
}  // namespace tenure::storage
