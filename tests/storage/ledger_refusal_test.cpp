// I13, I14, I15: what happens when the ledger cannot be written, and when the catalogue is older than its files.
#include <gmock/gmock.h>

#include "storage/ledger/tile_files.h"
#include "tests/storage/ledger_practice.h"

namespace tenure::storage {
namespace {

using std::chrono::minutes;
using testing::AllOf;
using testing::HasSubstr;

void set_writable(LedgerPractice& practice, bool writable) {
  practice.practice.parts->catalogue.state().writer->script(writable ? "PRAGMA query_only = 0" : "PRAGMA query_only = 1");
}

TEST(I13, WhatMustBeInTheLedgerIsRefusedWhenItCannotBeWritten) {
  LedgerPractice practice;
  practice.act(3);
  const auto start = practice.practice.clock.now();
  const auto row = practice.practice.record_row("front", {start, start + minutes(1)});
  auto& parts = *practice.practice.parts;
  const auto placed = parts.holds.add(practice.practice.request({{"front", {start, start + minutes(1)}}}), {"manager"});
  const auto before = practice.ledger->status().entries;
  set_writable(practice, false);
  const auto refused = AllOf(HasSubstr("unavailable"), HasSubstr("cannot be recorded"));
  EXPECT_THAT(error_of([&] { parts.catalogue.append_ledger(ledger_entry(start, {"manager"}, "export", "{}")); }), refused);
  EXPECT_THAT(error_of([&] { parts.holds.add(practice.practice.request({{"front", {start, start + minutes(1)}}}), {"manager"}); }), refused);
  EXPECT_THAT(error_of([&] { parts.holds.release(placed.hold.id, "settled", {"manager"}); }), refused);
  EXPECT_THAT(error_of([&] { parts.holds.extend(placed.hold.id, start + std::chrono::days(90), "later", {"manager"}); }), refused);
  EXPECT_THAT(error_of([&] { practice.ledger->erase_detail({1}, {"manager"}, "order"); }), refused);
  EXPECT_THAT(error_of([&] { practice.ledger->prune(start, {"manager"}, "years"); }), testing::AnyOf(refused, "no error"));
  practice.practice.clock.advance(std::chrono::days(60));
  EXPECT_THAT(error_of([&] { parts.sweeper.sweep(); }), refused);
  practice.practice.clock.set({start, start});
  EXPECT_TRUE(practice.practice.exists(row.id));
  EXPECT_EQ(parts.holds.list().size(), 1u);
  EXPECT_EQ(parts.holds.list().at(0).state, "active");
  set_writable(practice, true);
  EXPECT_EQ(practice.ledger->status().entries, before);
  EXPECT_EQ(practice.verdict(), "");
}

TEST(I13, ADiskThatIsFullRefusesTheActAndHarmsNothing) {
  LedgerPractice practice;
  practice.act(3);
  auto& catalogue = practice.practice.parts->catalogue;
  auto& writer = *catalogue.state().writer;
  {
    auto pages = writer.query("PRAGMA page_count");
    pages.step();
    writer.script("PRAGMA max_page_count = " + std::to_string(pages.natural(0)));
  }
  std::string refusal = "no error";
  for (int i = 0; i < 2000 && refusal == "no error"; ++i)
    refusal = error_of([&] { catalogue.append_ledger(ledger_entry(practice.practice.clock.now(), {"manager"}, "export", "{}", std::string(500, 'x'))); });
  EXPECT_THAT(refusal, AllOf(HasSubstr("unavailable"), HasSubstr("cannot be recorded")));
  practice.ledger->tick();
  EXPECT_EQ(practice.ledger->status().published, practice.ledger->status().entries);  // what was recorded is in the files
  writer.script("PRAGMA max_page_count = 1000000");
  practice.tick();
  EXPECT_EQ(practice.ledger->status().problem, "");
  EXPECT_EQ(practice.verdict(), "");
}

TEST(I14, AFolderThatTakesNoFilesStopsNeitherActsNorStart) {
  LedgerPractice practice;
  practice.act(3);
  boost::filesystem::rename(practice.files() / "tile", practice.files() / "away");
  write_durably(practice.files() / "tile", as_view("in the way"));
  practice.restart();
  practice.act(5);
  EXPECT_NE(practice.ledger->status().problem, "");
  EXPECT_GE(practice.ledger->status().entries, 8u);
  remove_file(practice.files() / "tile");
  practice.tick();
  EXPECT_EQ(practice.ledger->status().problem, "");
  EXPECT_EQ(practice.verdict(), "");
}

// The catalogue of an earlier hour put back, as from a machine image.
class I15Rollback : public testing::Test {
 protected:
  void roll_back() {
    const auto file = practice.practice.folder.path / "catalogue" / "catalogue.db";
    practice.act(40);
    practice.ledger.reset();
    practice.practice.parts.reset();
    const auto kept = read_whole(file, 64 << 20);
    practice.restart();
    practice.act(30);
    practice.ledger.reset();
    practice.practice.parts.reset();
    for (const auto* tail : {"-wal", "-shm"}) remove_file(Path(file.string() + tail));
    write_durably(file, kept);
    practice.restart();
  }
  // As it stands in the entry of what was accepted.
  std::string lost_acts() {
    for (const auto& entry : practice.practice.parts->catalogue.ledger(1, 10'000)) {
      const auto at =
          entry.act == "ledger-rollback-accepted" ? entry.subject.find("\"lost_acts\":") : std::string::npos;
      if (at != std::string::npos) return entry.subject.substr(at, entry.subject.find(',', at) - at);
    }
    return {};
  }
  LedgerPractice practice;
};

TEST_F(I15Rollback, IsSeenAtTheStartAndNeitherFilesNorCheckpointsFollowIt) {
  roll_back();
  ASSERT_TRUE(practice.ledger->rolled_back());
  EXPECT_THAT(*practice.ledger->rolled_back(), HasSubstr("the catalogue has"));
  const auto held = leaves_in_files(practice.files());
  practice.act(100);  // recording goes on, past the size that was rolled back
  EXPECT_TRUE(practice.ledger->rolled_back());
  EXPECT_EQ(leaves_in_files(practice.files()), held);
  EXPECT_THAT(error_of([&] { practice.ledger->checkpoint("asked"); }), HasSubstr("ahead of the catalogue"));
  EXPECT_NE(practice.verdict(), "");
  practice.restart();  // longer than the files by now, and still another history
  EXPECT_THAT(practice.ledger->rolled_back().value_or(""), HasSubstr("another history"));
}

TEST_F(I15Rollback, IsSeenByTheCheckpointAloneAndByTheCopyOnTheOtherDisk) {
  TemporaryFolder disk;
  practice.copies = {disk.path};
  practice.restart();
  roll_back();
  boost::filesystem::remove_all(practice.files() / "tile");
  practice.restart();
  EXPECT_THAT(practice.ledger->rolled_back().value_or(""), HasSubstr("checkpoint"));
  boost::filesystem::remove(practice.files() / "checkpoint");
  practice.restart();
  EXPECT_THAT(practice.ledger->rolled_back().value_or(""), HasSubstr(disk.path.string()));
}

TEST_F(I15Rollback, CountsAsOneForAsLongAsItCannotBeTold) {
  roll_back();
  const auto tile = practice.files() / tile_path(0, 0), aside = practice.files() / "aside";
  boost::filesystem::rename(tile, aside);
  write_durably(tile, {});
  boost::filesystem::resize_file(tile, 64 << 20);  // larger than any tile: it cannot be read
  practice.restart();
  EXPECT_THAT(practice.ledger->rolled_back().value_or(""), HasSubstr("cannot be told"));
  EXPECT_THAT(practice.ledger->status().rolled_back, HasSubstr("cannot be told"));
  boost::filesystem::rename(aside, tile);
  EXPECT_THAT(practice.ledger->rolled_back().value_or(""), HasSubstr("the catalogue has"));
}

TEST_F(I15Rollback, IsNotHiddenByACheckpointThatIsNone) {
  roll_back();
  write_durably(practice.files() / "checkpoint", Blob(100'000));
  practice.restart();
  EXPECT_THAT(practice.ledger->rolled_back().value_or(""), HasSubstr("the catalogue has"));
}

TEST_F(I15Rollback, EndsByAnAdministratorsWordAndTheLostHistoryIsKept) {
  roll_back();
  EXPECT_THAT(error_of([&] { practice.ledger->accept_rollback({"manager"}, ""); }), HasSubstr("reason"));
  practice.tick();
  EXPECT_THAT(practice.ledger->status().problem, HasSubstr("ahead of the catalogue"));
  practice.ledger->accept_rollback({"manager"}, "disk replaced, image of Monday");
  EXPECT_FALSE(practice.ledger->rolled_back());
  EXPECT_EQ(practice.ledger->status().problem, "") << "at once";
  practice.act(5);
  EXPECT_EQ(practice.verdict(), "");
  practice.restart();
  EXPECT_FALSE(practice.ledger->rolled_back());
  bool kept = false;
  for (const auto& item : boost::filesystem::directory_iterator(practice.files()))
    kept |= item.path().filename().string().starts_with("lost-") && leaves_in_files(item.path()) > 60;
  EXPECT_TRUE(kept);
  EXPECT_THAT(error_of([&] { practice.ledger->accept_rollback({"manager"}, "again"); }), HasSubstr("not rolled back"));
}

TEST_F(I15Rollback, IsRecordedWithHowManyActsAreLost) {
  roll_back();
  const auto held = leaves_in_files(practice.files()), kept = practice.ledger->status().entries;
  ASSERT_GE(held, kept + 30);
  practice.act(100);  // what is done meanwhile is none of the lost, nor makes them fewer
  practice.ledger->accept_rollback({"manager"}, "disk replaced, image of Monday");
  EXPECT_EQ(lost_acts(), "\"lost_acts\":" + std::to_string(held - kept));
}

TEST_F(I15Rollback, IsAcceptedThoughItCannotBeToldHowManyActsAreLost) {
  practice.act(300);
  roll_back();
  ASSERT_TRUE(practice.ledger->rolled_back());
  boost::filesystem::resize_file(practice.files() / tile_path(0, 0), 64 << 20);  // it cannot be read
  practice.ledger->accept_rollback({"manager"}, "disk replaced, image of Monday");
  EXPECT_EQ(lost_acts(), "\"lost_acts\":0");
}

TEST_F(I15Rollback, LeavesFilesThatAreSoundAndSignedTheMomentItIsAccepted) {
  roll_back();
  practice.ledger->accept_rollback({"manager"}, "disk replaced, image of Monday");
  const auto report = verify_files(practice.files(), practice.key());
  EXPECT_EQ(first_problem(report), "") << "with no further round of the ledger, and within 15 minutes of the last checkpoint";
  EXPECT_EQ(report.signed_through, report.entries);
  EXPECT_EQ(report.entries, practice.ledger->status().entries);
}

TEST_F(I15Rollback, LeavesTheOtherDiskWithACheckpointWithinARoundOfItsBeingAccepted) {
  TemporaryFolder disk;
  practice.copies = {disk.path};
  practice.restart();
  roll_back();
  practice.tick();
  const auto copy = disk.path / practice.key().name / "checkpoint";
  practice.ledger->accept_rollback({"manager"}, "disk replaced, image of Monday");
  EXPECT_FALSE(boost::filesystem::exists(copy)) << "it speaks against the catalogue that goes on";
  practice.tick();
  EXPECT_EQ(read_whole(copy, 4096), read_whole(practice.files() / "checkpoint", 4096)) << "not a day later";
}

}  // namespace
}  // namespace tenure::storage
