#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/policy/policy_change.h"
#include "storage/recording/restamp.h"
#include "tests/storage/rebuild_practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

class Rebuild : public LostCatalogue {};

TEST_F(Rebuild, I20_SegmentsCallsAndTheirIndexComeBackAsTheyWere) {
  for (int n = 0; n < 5; ++n)
    practice.record(n % 2 == 0 ? "front" : "waiting-room", {start + minutes(n), start + minutes(n + 1)},
                    100 + static_cast<std::size_t>(n));
  auto call = call_at(start, "07700 900123", "a");
  call.group_id = "g1";
  call.sidecar = R"({"schema":"tenure-call-1"})";
  const auto id = practice.import(call, "some sound").id;
  practice.import(call_at(start + hours(1), "withheld", "b"), "other sound");
  const auto before = rows();
  ASSERT_EQ(before.size(), 7u);
  carry_out();
  const auto report = lose_and_rebuild();
  EXPECT_EQ(report.segments, 5u);
  EXPECT_EQ(report.calls, 2u);
  EXPECT_TRUE(report.problems.empty()) << report.problems.front();
  EXPECT_EQ(rows(), before);
  CallQuery query;
  query.last_digits = "0123";
  const auto found = practice.parts->calls.find(query, practice.manager);
  ASSERT_EQ(found.size(), 1u) << "by its blind index";
  EXPECT_EQ(found[0].segment.id, id);
  EXPECT_EQ(found[0].details.native_id, "a");
  EXPECT_EQ(found[0].details.sidecar, call.sidecar);
  EXPECT_EQ(found[0].details.parties.at(0).e164, "+447700900123");
  EXPECT_TRUE(practice.parts->calls.knows_file("pbx", "a.wav"));
  EXPECT_EQ(practice.import(call, "some sound").what, ImportOutcome::What::known) << "a rescan brings no second copy";
  EXPECT_EQ(practice.parts->catalogue.check(), "");
}

TEST_F(Rebuild, I20_HoldsComeBackAndKeepWhatTheyKept) {
  const auto row = practice.record("front", minute);
  const auto free = practice.record("waiting-room", minute);
  auto call = call_at(start, "07700 900123", "a"), transferred = call_at(start + minutes(1), "withheld", "b");
  call.group_id = transferred.group_id = "g1";
  practice.import(call, "one");
  const auto same_group = practice.import(transferred, "two").id;
  auto request = practice.request({{"front", minute}});
  request.numbers = {"07700 900123"};
  const auto hold = practice.parts->holds.add(request, practice.manager).hold.id;
  const auto before = rows();
  carry_out();
  EXPECT_EQ(lose_and_rebuild().holds, 1u);
  EXPECT_EQ(rows(), before);
  const auto holds = practice.parts->holds.list();
  ASSERT_EQ(holds.size(), 1u);
  EXPECT_EQ(holds[0].id, hold);
  EXPECT_EQ(holds[0].what.reason, request.reason);
  EXPECT_EQ(holds[0].what.numbers, request.numbers);
  EXPECT_EQ(practice.parts->holds.show(hold).segments.size(), 3u);
  practice.clock.advance(days(4 * 365));
  practice.recover();
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  EXPECT_TRUE(practice.exists(row.id) && practice.exists(same_group) && practice.file_exists(row))
      << "I8, through number and group too";
  EXPECT_FALSE(practice.exists(free.id));
}

TEST_F(Rebuild, I20_I7_AHoldInItsDayOfReleaseComesBackReleasingAndCountsToItsEnd) {
  const auto row = practice.record("front", minute);
  const auto holds = [this]() -> Holds& { return practice.parts->holds; };
  const auto hold = holds().add(practice.request({{"front", minute}}), practice.manager).hold.id;
  practice.clock.advance(days(40));
  const auto released = holds().release(hold, "settled", practice.manager);
  practice.clock.advance(hours(23));
  EXPECT_EQ(lose_and_rebuild().holds, 1u);
  practice.recover();
  const auto back = holds().show(hold).hold;
  EXPECT_EQ(back.state, "releasing");
  EXPECT_EQ(back.counts_until, released.counts_until);
  EXPECT_EQ(back.released_at, released.released_at);
  EXPECT_EQ(back.release_reason, "settled");
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  EXPECT_TRUE(practice.exists(row.id));
  // It can still be kept, and then survives the next loss in force.
  holds().keep(hold, "not settled", practice.manager);
  EXPECT_EQ(lose_and_rebuild().holds, 1u);
  EXPECT_EQ(holds().show(hold).hold.state, "active");
  holds().release(hold, "settled now", practice.manager);
  practice.clock.advance(hours(24));
  EXPECT_EQ(lose_and_rebuild().holds, 0u) << "what had ended does not come back";
  practice.recover();
  EXPECT_TRUE(holds().list().empty());
  EXPECT_FALSE(boost::filesystem::exists(practice.folder.path / "holds" / (hold.text() + ".hold")));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
}

TEST_F(Rebuild, I7_AReleaseWhoseFileWasNotWrittenYetComesBackInForce) {
  practice.record("front", minute);
  const auto hold = practice.parts->holds.add(practice.request({{"front", minute}}), practice.manager).hold.id;
  const auto file = practice.folder.path / "holds" / (hold.text() + ".hold");
  const auto in_force = read_whole(file);
  practice.parts->holds.release(hold, "settled", practice.manager);
  write_durably(file, in_force);  // as a crash between the commit and the file leaves it
  lose_and_rebuild();
  EXPECT_EQ(practice.parts->holds.show(hold).hold.state, "active") << "keeping is the safe side";
  // With its row, the file is put right by the next start.
  practice.parts->holds.release(hold, "settled", practice.manager);
  write_durably(file, in_force);
  practice.recover();
  EXPECT_NE(read_whole(file), in_force);
  EXPECT_EQ(lose_and_rebuild().holds, 1u);
  EXPECT_EQ(practice.parts->holds.show(hold).hold.state, "releasing");
}

TEST_F(Rebuild, I20_AHoldFileThatCannotBeReadStopsItBeforeAnythingIsMade) {
  practice.record("front", minute);
  const auto hold = practice.parts->holds.add(practice.request({{"front", minute}}), practice.manager).hold.id;
  lose();
  const auto file = practice.folder.path / "holds" / (hold.text() + ".hold");
  write_durably(file, as_view("torn"));
  EXPECT_THAT(error_of([&] { rebuild_catalogue(settings, practice.clock); }),
              testing::AllOf(testing::StartsWith("refused"), HasSubstr(hold.text())));
  EXPECT_FALSE(boost::filesystem::exists(practice.folder.path / "catalogue"));
}

TEST_F(Rebuild, I20_WhatWasPromisedComesFromThePolicyFileAndNotFromTheSettings) {
  const auto row = practice.record("front", minute);
  carry_out();
  lose();
  settings.classes[0].period = *parse_period("P1D");
  rebuild();
  EXPECT_EQ(practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = row.id}).at(0).expires_at,
            minute.to + days(28));
  EXPECT_EQ(practice.parts->catalogue.adopt_policy(settings.classes, start).size(), 1u) << "still a proposal (I10)";
}

TEST_F(Rebuild, I20_EveryVersionOfThePolicyComesBackAndGivesTheSameExpiries) {
  const auto longer = [&](const char* period) {
    PolicyChanges changes(practice.parts->catalogue, practice.clock, /*trial=*/false);
    const PolicyWish wish{"cctv", *parse_period(period), config::Anchor::capture_end};
    changes.change(wish, {}, "more room", practice.manager);
    apply_due_policies(practice.parts->catalogue, practice.clock);
  };
  practice.record("front", minute);
  practice.clock.advance(days(1));
  longer("P31D");
  carry_out();
  practice.record("front", {practice.clock.now(), practice.clock.now() + minutes(1)});
  practice.clock.advance(days(1));
  longer("P40D");  // the policy file had no time to say so, the ledger had
  practice.record("front", {practice.clock.now(), practice.clock.now() + minutes(1)});
  const auto file = policy_file(practice.folder.path);
  const auto said = read_whole(file);
  carry_out();
  write_durably(file, said);
  const auto before = rows();
  lose_and_rebuild();
  EXPECT_EQ(rows(), before);
  std::size_t different = 0;
  for (const auto* period : {"2026-03-30T10:01", "2026-04-03T10:01", "2026-04-13T10:01"})
    for (const auto& [id, row] : before) different += row.find("expires " + std::string(period)) != std::string::npos;
  EXPECT_EQ(different, 3u) << "28, 31 and 40 days";
}

TEST_F(Rebuild, I20_WithoutThePolicyFileTheLedgerSaysWhatWasPromised) {
  practice.record("front", minute);
  carry_out();
  lose();
  remove_file(policy_file(practice.folder.path));
  settings.classes[0].period = *parse_period("P1D");
  rebuild();
  EXPECT_EQ(practice.parts->catalogue.policy().at(1).period, *parse_period("P28D"));
  lose();
  write_durably(policy_file(practice.folder.path), as_view("torn"));
  EXPECT_EQ(rebuild().problems.size(), 1u);
  EXPECT_EQ(practice.parts->catalogue.policy().at(1).period, *parse_period("P28D"));
}

TEST_F(Rebuild, I20_TheLedgerGoesOnFromItsFilesAndVerifies) {
  practice.record("front", minute);
  practice.import(call_at(start, "07700 900123", "a"), "sound");
  carry_out();
  const auto before = practice.parts->catalogue.ledger(1, 1000);
  EXPECT_EQ(lose_and_rebuild().ledger_entries, before.size());
  const auto after = practice.parts->catalogue.ledger(1, 1000);
  ASSERT_EQ(after.size(), before.size() + 1);
  for (std::size_t n = 0; n < before.size(); ++n) {
    EXPECT_EQ(after[n].act, before[n].act);
    EXPECT_EQ(after[n].subject, before[n].subject);
    EXPECT_EQ(after[n].at, before[n].at);
  }
  EXPECT_EQ(after.back().act, "rebuild");
  Ledger ledger(practice.parts->catalogue, practice.clock, practice.folder.path, practice.parts->keys.root(), {});
  EXPECT_FALSE(ledger.rolled_back());
  while (ledger.tick()) {
  }
  const auto report = ledger.verify();
  EXPECT_TRUE(report.problems.empty()) << report.problems.front().what;
  EXPECT_EQ(report.erased, before.size()) << "who acted is said to be gone";
}

TEST_F(Rebuild, I20_FilesOfTheLedgerThatBreakOffKeepContentClosed) {
  carry_out();
  lose();
  auto bundle = read_whole(practice.folder.path / "ledger" / "tile" / "entries" / "000");
  bundle[40] ^= 1;
  write_durably(practice.folder.path / "ledger" / "tile" / "entries" / "000", bundle);
  const auto report = rebuild();
  EXPECT_THAT(report.problems, testing::ElementsAre(HasSubstr("break off at entry 1")));
  Ledger ledger(practice.parts->catalogue, practice.clock, practice.folder.path, practice.parts->keys.root(), {});
  EXPECT_TRUE(ledger.rolled_back());
}

TEST_F(Rebuild, I20_ASoundCatalogueIsNotTouched) {
  const auto row = practice.record("front", minute);
  practice.parts.reset();
  EXPECT_THAT(error_of([&] { rebuild_catalogue(settings, practice.clock); }),
              testing::AllOf(testing::StartsWith("refused"), HasSubstr("sound")));
  practice.restart();
  EXPECT_TRUE(practice.exists(row.id));
}

TEST_F(Rebuild, I20_ADamagedCatalogueIsMovedAsideWhole) {
  const auto row = practice.record("front", minute);
  carry_out();
  practice.parts.reset();
  const auto file = practice.folder.path / "catalogue" / "catalogue.db";
  auto bytes = read_whole(file, 64 << 20);
  std::fill(bytes.begin() + 100, bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2), std::uint8_t{0x5a});
  write_durably(file, bytes);
  const auto report = rebuild();
  EXPECT_TRUE(practice.exists(row.id));
  ASSERT_THAT(report.aside, HasSubstr("catalogue.before-2026-03-02T100000Z"));
  EXPECT_EQ(read_whole(Path(report.aside) / "catalogue.db", 64 << 20), bytes);
}

TEST_F(Rebuild, I20_AVaultThatIsOffLineStopsIt) {
  practice.record("front", minute);
  carry_out();
  lose();
  boost::filesystem::rename(practice.folder.path / "vault", practice.folder.path / "elsewhere");
  EXPECT_THAT(error_of([&] { rebuild_catalogue(settings, practice.clock); }), HasSubstr("off line"));
  EXPECT_FALSE(boost::filesystem::exists(practice.folder.path / "vault")) << "nor is it made anew (I19)";
}

TEST_F(Rebuild, I20_FootageOfDoubtfulTimeThatWasSettledIsMovedAgain) {
  const Instant line = start;
  auto row = practice.record("front", minute);
  row.line = line;
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE segment SET line = ?, time_doubtful = 1 WHERE id = ?", line, row.id);
  });
  practice.clock.advance(hours(2));
  const Duration offset = days(3);
  restamp(practice.parts->catalogue, {{line, offset, practice.clock.now() + offset, Settlement::By::witness},
                                      {start, start + days(9)},
                                      practice.clock.now() + offset,
                                      {"tenured"},
                                      "time-settle",
                                      ""});
  practice.clock.advance(offset);
  const auto later = practice.record("front", {practice.clock.now(), practice.clock.now() + minutes(1)});
  carry_out();
  const auto before = rows();
  ASSERT_THAT(before.at(row.id.text()), HasSubstr("2026-03-05T10:00:00Z"));
  lose_and_rebuild();
  EXPECT_EQ(rows(), before);
  EXPECT_TRUE(practice.exists(later.id) &&
              practice.file_exists(
                  practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = row.id}).at(0)));
}

TEST_F(Rebuild, I20_UnexplainedMinutesBecomeGaps) {
  practice.record("front", minute);
  practice.record("front", {start + minutes(5), start + minutes(6)});
  carry_out();
  EXPECT_EQ(lose_and_rebuild().gaps, 1u);
  const auto gaps = practice.parts->catalogue.gaps("front", {start, start + hours(1)});
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].span, (Interval{minute.to, start + minutes(5)}));
}

}  // namespace
}  // namespace tenure::storage
