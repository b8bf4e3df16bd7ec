#include <gmock/gmock.h>

#include "storage/ledger/entry.h"
#include "storage/ledger/signing_key.h"
#include "storage/ledger/tile_files.h"
#include "tests/storage/ledger_practice.h"

namespace tenure::storage {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

TEST(Ledger_, IsSoundAfterManyActsInCatalogueAndFilesAlike) {
  LedgerPractice practice;
  for (int round = 0; round < 5; ++round) practice.act(130);  // over two tile boundaries
  const auto report = practice.ledger->verify();
  EXPECT_EQ(first_problem(report), "");
  const auto files = verify_files(practice.files(), practice.key());
  EXPECT_EQ(first_problem(files), "");
  EXPECT_GT(report.entries, 650u);
  EXPECT_EQ(files.entries, report.entries);
  EXPECT_EQ(files.root, report.root);
  EXPECT_GE(report.checkpoints, 5u);
}

TEST(Ledger_, AnEntryIsOneLineWithItsFieldsInOrder) {
  LedgerEntry entry{7, at("2026-03-02T14:05:00Z"), "manager", "hold-add", R"({ "hold" : "x", "n": 2 })", "slip"};
  EntryDetail detail;
  detail.actor = entry.actor;
  detail.reason = entry.reason;
  const auto body = make_body(entry, detail);
  const auto line = line_of(body);
  EXPECT_THAT(line, testing::StartsWith(R"({"number":7,"at":"2026-03-02T14:05:00Z","act":"hold-add","subject":{"hold":"x","n":2},"actor":")"));
  EXPECT_EQ(line.find("manager"), std::string::npos);
  ASSERT_TRUE(parse_line(line));
  EXPECT_EQ(line_of(*parse_line(line)), line);
  EXPECT_TRUE(matches(body, detail));
  detail.reason = "slipped";
  EXPECT_FALSE(matches(body, detail));
  EXPECT_FALSE(parse_line(" " + line));
  entry.subject = std::string(70'000, 'x');
  entry.subject = "\"" + entry.subject + "\"";
  EXPECT_THAT(error_of([&] { make_body(entry, detail); }), HasSubstr("fewer things"));
}

TEST(Ledger_, TheSameActorTwiceCannotBeSeenInTheTree) {
  LedgerPractice practice;
  practice.act(2);
  practice.practice.parts->catalogue.state().read([](sqlite::Connection& db) {
    auto query = db.query("SELECT count(DISTINCT actor), count(*) FROM ledger");
    query.step();
    EXPECT_EQ(query.natural(0), query.natural(1));
  });
}

TEST(Ledger_, ErasingWhoAndWhyBreaksNoProofAndIsAnActItself) {
  LedgerPractice practice;
  practice.act(20);
  const auto before = practice.ledger->prove(5);
  practice.ledger->erase_detail({5, 6}, {"manager"}, "article 17");
  practice.tick();
  EXPECT_EQ(practice.verdict(), "");
  EXPECT_EQ(practice.ledger->verify().erased, 2u);
  EXPECT_EQ(practice.ledger->prove(5).line, before.line);
  EXPECT_EQ(practice.practice.parts->catalogue.ledger(5, 1).at(0).actor, "");
  practice.intrude("DELETE FROM ledger_detail WHERE number = 9");
  EXPECT_THAT(practice.verdict(), HasSubstr("entry 9: who acted and why is gone"));
}

TEST(Ledger_, ProofsHoldForAReaderWithThePublicKeyAlone) {
  LedgerPractice practice;
  practice.act(300);
  const auto proof = practice.ledger->prove(123);
  const auto note = read_note(proof.note, practice.key());
  ASSERT_TRUE(note && note->is_signed);
  EXPECT_TRUE(merkle::verify_inclusion(proof.index, note->checkpoint.size, merkle::leaf_hash(as_view(proof.line)), proof.inclusion,
                                       note->checkpoint.root));
  const auto growth = practice.ledger->prove_growth(100, 290);
  EXPECT_TRUE(merkle::verify_consistency(100, 290, growth.from_root, growth.to_root, growth.consistency));
  EXPECT_THAT(error_of([&] { practice.ledger->prove(100'000); }), HasSubstr("no ledger entry"));
}

TEST(Ledger_, SignsEveryQuarterOfAnHourWithActivityAndOncePerSize) {
  LedgerPractice practice;
  practice.tick();
  const auto first = practice.ledger->status();
  EXPECT_EQ(first.checkpointed, first.entries);
  practice.practice.clock.advance(minutes(14));
  practice.act(0);
  practice.practice.parts->catalogue.append_ledger(ledger_entry(practice.practice.clock.now(), {"x"}, "export", "{}"));
  practice.tick();
  EXPECT_EQ(practice.ledger->status().checkpointed, first.checkpointed);
  practice.practice.clock.advance(minutes(1));
  practice.tick();
  EXPECT_EQ(practice.ledger->status().checkpointed, practice.ledger->status().entries);
  EXPECT_EQ(practice.ledger->checkpoint("export"), practice.ledger->checkpoint("asked"));
}

TEST(Ledger_, BeatsEveryHour) {
  LedgerPractice practice;
  for (int i = 0; i < 24 * 4; ++i) {
    practice.tick();
    practice.practice.clock.advance(minutes(15));
  }
  std::size_t beats = 0;
  for (const auto& entry : practice.practice.parts->catalogue.ledger(1, 1000)) beats += entry.act == "heartbeat";
  EXPECT_EQ(beats, 24u);
}

TEST(Ledger_, OneCaptureEntryStandsForTheSegmentsOfAQuarterOfAnHour) {
  LedgerPractice practice;
  practice.tick();
  const auto start = practice.practice.clock.now();
  for (int i = 0; i < 15; ++i) practice.practice.record_row("front", {start + minutes(i), start + minutes(i + 1)});
  practice.practice.clock.advance(minutes(15));
  practice.tick();
  EXPECT_EQ(practice.ledger->verify().batches, 1u);
  EXPECT_EQ(practice.verdict(), "");
  // Deleted, they still stand behind both roots by their tombstones.
  practice.practice.clock.advance(std::chrono::days(29));
  practice.practice.parts->sweeper.sweep();
  practice.tick();
  EXPECT_EQ(practice.ledger->verify().batches, 2u);
  EXPECT_EQ(practice.verdict(), "");
  practice.intrude("UPDATE tombstone SET digest = randomblob(32) WHERE segment = (SELECT min(segment) FROM tombstone)");
  EXPECT_THAT(practice.verdict(), HasSubstr("its root is not that of"));
}

TEST(Ledger_, MissingAndShortFilesAreWrittenAgainAfterARestart) {
  LedgerPractice practice;
  practice.act(600);
  boost::filesystem::remove(practice.files() / tile_path(0, 0));
  boost::filesystem::remove(practice.files() / bundle_path(1));
  File(practice.files() / tile_path(1, 0), File::Mode::read_write).truncate(40);
  const auto last = practice.files() / bundle_path(2);
  File(last, File::Mode::read_write).truncate(File(last, File::Mode::read).size() - 7);
  EXPECT_NE(practice.verdict_of_files(), "");
  practice.restart();
  practice.tick();
  EXPECT_EQ(practice.verdict(), "");
  EXPECT_EQ(practice.verdict_of_files(), "");
}

TEST(Ledger_, AFileThatSaysOtherwiseIsToldAndNotWrittenOver) {
  LedgerPractice practice;
  practice.act(300);
  const auto path = practice.files() / bundle_path(0);
  auto bytes = read_whole(path);
  bytes[5000] ^= 1;
  write_durably(path, bytes);
  practice.restart();
  practice.tick();
  EXPECT_THAT(practice.ledger->status().problem, HasSubstr("not what the catalogue says"));
  EXPECT_EQ(read_whole(path), bytes);
  EXPECT_THAT(practice.verdict(), HasSubstr("differ from here on"));
}

TEST(Ledger_, PruningDropsActsAndKeepsEveryProof) {
  LedgerPractice practice;
  practice.act(600);
  const auto old_note = practice.ledger->checkpoint("asked");
  EXPECT_EQ(practice.ledger->prune(practice.practice.clock.now() - minutes(100), {"tenured"}, "six years"), 256u);
  practice.tick();
  practice.ledger->checkpoint("asked");
  EXPECT_EQ(practice.verdict(), "");
  EXPECT_EQ(practice.verdict_of_files(), "");
  EXPECT_EQ(practice.ledger->verify().pruned, 256u);
  EXPECT_FALSE(boost::filesystem::exists(practice.files() / bundle_path(0)));
  EXPECT_TRUE(practice.practice.parts->catalogue.ledger(1, 10).at(0).number == 257u);
  practice.restart();
  practice.tick();
  EXPECT_EQ(practice.ledger->status().problem, "");
}

TEST(Ledger_, APruningThatWasCutOffIsFinishedByTheNextStart) {
  LedgerPractice practice;
  practice.act(1'100);
  const auto first = read_whole(practice.files() / bundle_path(0), 1 << 24), third = read_whole(practice.files() / bundle_path(2), 1 << 24);
  EXPECT_EQ(practice.ledger->prune(practice.practice.clock.now() - minutes(100), {"tenured"}, "six years"), 768u);
  practice.ledger.reset();
  write_durably(practice.files() / bundle_path(0), first);  // as if it had been cut off in between
  write_durably(practice.files() / bundle_path(2), third);
  practice.restart();
  practice.tick();
  practice.ledger->checkpoint("asked");
  EXPECT_FALSE(boost::filesystem::exists(practice.files() / bundle_path(0)));
  EXPECT_FALSE(boost::filesystem::exists(practice.files() / bundle_path(2)));
  EXPECT_EQ(practice.verdict_of_files(), "");
}

TEST(Ledger_, CopiesGoToTheSecondDiskDailyAndAMissingDiskIsAnAlarm) {
  TemporaryFolder disk;
  LedgerPractice practice({disk.path, disk.path / "not-mounted"});
  practice.act(3);
  const auto name = practice.key().name;
  const auto copied = read_whole(disk.path / name / "checkpoint");
  EXPECT_TRUE(read_note(as_text(copied), practice.key())->is_signed);
  auto status = practice.ledger->status();
  EXPECT_EQ(status.copies[0].problem, "");
  EXPECT_THAT(status.copies[1].problem, HasSubstr("mount its disk"));
  EXPECT_FALSE(boost::filesystem::exists(disk.path / "not-mounted"));
  make_directories(disk.path / "not-mounted");
  practice.practice.clock.advance(minutes(10));
  practice.tick();
  EXPECT_EQ(practice.ledger->status().copies[1].problem, "");
  practice.practice.clock.advance(hours(24));
  practice.tick();
  EXPECT_NE(read_whole(disk.path / name / "checkpoint"), copied);
}

TEST(Ledger_, AKeyThatIsGoneStopsSigningAndNothingElse) {
  LedgerPractice practice;
  practice.act(3);
  boost::filesystem::remove(practice.practice.folder.path / "secrets" / "ledger-key");
  practice.restart();
  practice.act(3);
  EXPECT_THAT(practice.ledger->status().problem, HasSubstr("restore it from the key backup"));
  EXPECT_EQ(practice.ledger->status().published, practice.ledger->status().entries);
  EXPECT_THAT(error_of([&] { practice.ledger->checkpoint("asked"); }), HasSubstr("key"));
}

TEST(Ledger_, TheSealedKeyOutlivesAChangeOfTheKeyEncryptionKey) {
  TemporaryFolder folder;
  make_directories(folder.path / "ledger");
  const auto key = load_signing_key(folder.path, folder.path / "ledger", {1}, true);
  reseal_signing_key(folder.path, {1}, {2});
  EXPECT_EQ(load_signing_key(folder.path, folder.path / "ledger", {2}, false).seed, key.seed);
  EXPECT_THAT(error_of([&] { load_signing_key(folder.path, folder.path / "ledger", {1}, false); }), HasSubstr("key backup"));
}

}  // namespace
}  // namespace tenure::storage
