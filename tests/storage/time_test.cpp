// What happens to recordings of doubtful time once the right time is known (invariant I12).
#include "storage/catalogue/catalogue_state.h"
#include "storage/people/sessions.h"
#include "storage/recording/restamp.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Instant kMark = at("2026-03-02T22:00:00Z");  // what was certain when the machine was switched off
constexpr Duration kOff = hours(10);               // and how long it was

class I12Restamp : public testing::Test {
 protected:
  I12Restamp() { practice.clock.set({kMark, kMark + days(365), kMark}); }
  SegmentRow record(Instant from, std::optional<Instant> line = kMark) {
    SegmentRow row = practice.reserve("front", {from, from + minutes(1)});
    row.span.to = from + minutes(1);
    row.line = line;
    row.time_doubtful = line.has_value();
    row.bytes = File(practice.parts->vaults.path_of(row), File::Mode::read).size();
    practice.parts->catalogue.commit_segment(row);
    return stored(row.id);
  }
  SegmentRow stored(const SegmentId& id) { return practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0); }
  RestampReport settle(Duration offset, std::optional<Instant> line = kMark) {
    const auto time = practice.clock.trusted();
    RestampOrder order{{line, offset, {}, Settlement::By::witness}, time, time.lo + offset, {"tenured"}, "time-settle", ""};
    const auto report = restamp(practice.parts->catalogue, order);
    practice.clock.set({time.lo + offset, time.lo + offset});
    return report;
  }
  ReadVerdict readable(const SegmentRow& row) { return may_read(row, {}, practice.manager, Purpose::view, practice.clock.trusted()); }

  Practice practice{kMark - days(20)};
};

TEST_F(I12Restamp, FootageOfDoubtfulTimeIsMovedOnceAndKeepsItsPeriod) {
  const auto before = record(kMark + minutes(1));
  practice.clock.advance(hours(1));
  const auto report = settle(kOff);
  EXPECT_EQ(report.segments, 1u);
  const auto after = stored(before.id);
  EXPECT_EQ(after.span.from, before.span.from + kOff);
  EXPECT_EQ(after.span.to, before.span.to + kOff);
  EXPECT_EQ(after.expires_at, after.span.to + days(28)) << "28 days from when it was really recorded: not shorter, not longer";
  EXPECT_FALSE(after.time_doubtful);
  EXPECT_FALSE(after.line);
  EXPECT_EQ(settle(kOff).segments, 0u) << "once";
  EXPECT_EQ(stored(before.id).span.from, after.span.from);
}

TEST_F(I12Restamp, TheFileStaysWhereItLiesAndIsFound) {
  const auto before = record(kMark + minutes(1));
  const auto path = practice.parts->vaults.path_of(before);
  settle(days(40));
  const auto after = stored(before.id);
  EXPECT_EQ(practice.parts->vaults.path_of(after), path);
  EXPECT_TRUE(practice.file_exists(after));
  practice.restart();
  const auto report = practice.recover();
  EXPECT_EQ(report.lost + report.quarantined + report.adopted, 0u);
}

TEST_F(I12Restamp, TheLedgerHasItBeforeTheClockSteps) {
  record(kMark + minutes(1));
  const auto report = settle(kOff);
  const auto entries = practice.parts->catalogue.ledger(report.ledger_number, 1);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].act, "time-settle");
  EXPECT_NE(entries[0].subject.find("\"segments\":1"), std::string::npos) << entries[0].subject;
  EXPECT_EQ(entries[0].at, kMark + kOff);
}

TEST_F(I12Restamp, NothingIsDeletedByAStepOfAYear) {
  const auto doubtful = record(kMark + minutes(1));
  settle(days(365));
  EXPECT_TRUE(practice.parts->sweeper.dry_run().due.empty());
  EXPECT_TRUE(readable(stored(doubtful.id)).allowed);
}

TEST_F(I12Restamp, WhatIsRecordedInDoubtPlaysAndWhatMayHaveExpiredDoesNot) {
  const auto fresh = record(kMark + minutes(1));
  const auto old = record(kMark - days(3), std::nullopt);
  EXPECT_TRUE(readable(fresh).allowed) << "its age is counted exactly";
  EXPECT_FALSE(readable(old).allowed) << "by the machine's clock it expired months ago";
  EXPECT_NE(readable(old).why.find("doubt"), std::string::npos);
  EXPECT_FALSE(may_delete(old, {}, Cause::sweep, practice.clock.trusted())) << "and is not deleted either";
  practice.clock.advance(days(29));
  EXPECT_FALSE(readable(fresh).allowed) << "28 days are 28 days, whatever the date";
  EXPECT_TRUE(may_delete(fresh, {}, Cause::sweep, practice.clock.trusted()));
}

TEST_F(I12Restamp, ASegmentThatEndsAfterTheLineWasSettledIsMovedToo) {
  SegmentRow row = practice.reserve("front", {kMark, kMark + minutes(1)});
  row.line = kMark;
  settle(kOff);
  row.span.to = kMark + minutes(1);
  practice.parts->catalogue.commit_segment(row);
  EXPECT_EQ(stored(row.id).span.from, kMark + kOff);
  EXPECT_TRUE(practice.file_exists(stored(row.id)));
}

TEST_F(I12Restamp, ASegmentCutOffInDoubtIsSalvagedAtItsRightTime) {
  SegmentRow row = practice.reserve("front", {kMark, kMark + minutes(1)});
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE segment SET line = ? WHERE id = ?", kMark, row.id);
  });
  settle(kOff);
  practice.restart();
  EXPECT_EQ(practice.recover().salvaged, 1u);
  EXPECT_EQ(stored(row.id).span.from, kMark + kOff);
}

TEST_F(I12Restamp, AHoldPlacedInDoubtKeepsWhatItCovered) {
  const auto row = record(kMark + minutes(1));
  auto request = practice.request({{"front", {kMark, kMark + minutes(5)}}});
  request.review = practice.clock.trusted().hi + days(30);
  practice.parts->holds.add(request, practice.manager);
  EXPECT_TRUE(stored(row.id).held);
  settle(days(40));
  EXPECT_TRUE(stored(row.id).held) << "I8: it moved out of the span, not out of the hold";
  practice.clock.advance(days(60));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
}

TEST_F(I12Restamp, AGapOfDoubtfulTimeMovesWithTheFootage) {
  auto& catalogue = practice.parts->catalogue;
  catalogue.add_gap({"front", {kMark, kMark + minutes(1)}, "the camera sent no pictures", kMark});
  EXPECT_EQ(settle(kOff).gaps, 1u);
  catalogue.add_gap({"front", {kMark + minutes(2), kMark + minutes(3)}, "late", kMark});
  const auto gaps = catalogue.gaps("front", {kMark, kMark + days(1)});
  ASSERT_EQ(gaps.size(), 2u);
  EXPECT_EQ(gaps[0].span.from, kMark + kOff);
  EXPECT_EQ(gaps[1].span.from, kMark + kOff + minutes(2)) << "reported after the line was settled";
}

TEST_F(I12Restamp, AnEarlierBootThatNobodySettledIsKeptLongestAndShownShortest) {
  const auto earlier = record(kMark - hours(1), kMark - hours(2));
  const auto report = settle(days(10));
  EXPECT_EQ(report.undecided, 1u);
  const auto after = stored(earlier.id);
  EXPECT_TRUE(after.time_doubtful);
  EXPECT_EQ(after.span.from, earlier.span.from);
  EXPECT_EQ(after.readable_until, earlier.expires_at);
  EXPECT_EQ(after.expires_at, earlier.expires_at + days(10));
  practice.clock.set({earlier.expires_at + hours(1), earlier.expires_at + hours(1)});
  EXPECT_FALSE(readable(after).allowed);
  EXPECT_FALSE(may_delete(after, {}, Cause::sweep, practice.clock.trusted()));
}

TEST_F(I12Restamp, ACallImportedInDoubtWithoutATimeOfItsOwnIsMoved) {
  auto details = call_at(kMark + minutes(1), "07700 900123", "a");
  details.time_quality = "import";
  const auto imported = practice.import(details, "sound");
  auto exact = call_at(kMark - days(1), "07700 900124", "b");
  const auto other = practice.import(exact, "other sound");
  settle(kOff);
  EXPECT_EQ(stored(imported.id).span.from, kMark + minutes(1) + kOff);
  EXPECT_TRUE(stored(imported.id).time_doubtful) << "an import's time stays a guess";
  EXPECT_EQ(stored(other.id).span.from, kMark - days(1)) << "the telephone system's time is its own";
}

TEST_F(I12Restamp, LoginsOfTheDoubtfulTimeGoOnAsOldAsTheyAreAndNoOthers) {
  const SessionLimits limits{minutes(30), hours(12)};
  People people(practice.parts->catalogue, practice.clock, Key{9});
  Sessions sessions(practice.parts->catalogue, practice.clock);
  practice.clock.set({kMark - hours(1), kMark - hours(1)});
  const auto anna = people.add({"anna", "Somebody", {"practice-manager"}, "encoded", Blob(20, 3), {"aaaa", "bbbb"}}, {"uid 0 (root)"});
  const auto before = sessions.begin(anna, 7, {5, {}}, {}, {});
  practice.clock.set({kMark, kMark + days(365), kMark});
  practice.clock.advance(minutes(1));
  const auto during = sessions.begin(anna, 7, {6, {}}, {}, {});
  settle(kOff);
  const auto found = sessions.find(during, 7, limits);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->started_at, kMark + minutes(1) + kOff);
  EXPECT_FALSE(sessions.find(before, 7, limits));
  practice.clock.advance(limits.idle);
  EXPECT_FALSE(sessions.find(during, 7, limits)) << "no longer than any other";
}

TEST_F(I12Restamp, KeysThatNobodyClaimsWaitTheirDayWhateverTheTimeTurnsOutToBe) {
  practice.clock.set({kMark, kMark + days(365), kMark});
  practice.clock.advance(minutes(1));
  auto& catalogue = practice.parts->catalogue;
  catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("INSERT INTO stray_key VALUES(7, ?)", practice.clock.now());
    transaction.db.run("INSERT INTO stray_key VALUES(8, ?)", kMark - hours(5));
  });
  settle(kOff);
  const auto found = catalogue.state().read([](sqlite::Connection& db) {
    std::vector<Instant> all;
    auto query = db.query("SELECT found_at FROM stray_key ORDER BY slot");
    while (query.step()) all.push_back(query.instant(0));
    return all;
  });
  EXPECT_EQ(found, (std::vector{kMark + minutes(1) + kOff, kMark - hours(5)}));
}

TEST_F(I12Restamp, LoweringBringsBackWhatWasStampedInTheFuture) {
  practice.clock.set({kMark + days(365), kMark + days(365)});
  const auto wrong = record(kMark + days(365), std::nullopt);
  const auto right = record(kMark - days(1), std::nullopt);
  const auto time = practice.clock.trusted();
  auto& catalogue = practice.parts->catalogue;
  const auto subject = approval_subject({{"back_seconds", "31536000"}});
  Approvals approvals(catalogue, practice.clock);
  const auto asked = approvals.ask("time lower", subject, "the date was mistyped", practice.manager);
  RestampOrder order{{std::nullopt, -days(365), {}, Settlement::By::two_persons}, time, kMark, practice.manager, "time-lower", "mistyped",
                     ApprovedAct{asked.id, "time lower", subject}};
  EXPECT_NE(error_of([&] { restamp(catalogue, order); }), "no error") << "one person alone does not lower it";
  EXPECT_EQ(stored(wrong.id).span.from, kMark + days(365));
  approvals.approve(asked.id, {"partner"});
  EXPECT_EQ(restamp(catalogue, order).segments, 1u);
  EXPECT_EQ(stored(wrong.id).span.from, kMark);
  EXPECT_EQ(stored(right.id).span.from, kMark - days(1));
  EXPECT_TRUE(practice.file_exists(stored(wrong.id)));
}

TEST_F(I12Restamp, LoweringBringsBackWhatIsBeingRecordedAndTheGaps) {
  const auto ahead = kMark + days(365);
  practice.clock.set({ahead, ahead});
  SegmentRow open = practice.reserve("front", {ahead, ahead + minutes(1)});
  const auto cut_off = practice.reserve("corridor", {ahead, ahead + minutes(1)});
  auto& catalogue = practice.parts->catalogue;
  catalogue.add_gap({"front", {ahead - minutes(1), ahead}, "the camera sent no pictures"});
  catalogue.add_gap({"front", {kMark - hours(2), kMark - hours(1)}, "before"});
  const auto report = restamp(catalogue, {{std::nullopt, -days(365), {}, Settlement::By::two_persons}, practice.clock.trusted(), kMark - minutes(5),
                                          practice.manager, "time-lower", "mistyped"});
  practice.clock.set({kMark, kMark});
  EXPECT_EQ(report.gaps, 1u);
  open.span.to = ahead + minutes(1);
  catalogue.commit_segment(open);
  EXPECT_EQ(stored(open.id).span, (Interval{kMark, kMark + minutes(1)}));
  EXPECT_EQ(stored(open.id).line, std::nullopt);
  EXPECT_FALSE(stored(open.id).time_doubtful);
  EXPECT_EQ(stored(open.id).expires_at, kMark + minutes(1) + days(28));
  practice.restart();
  practice.recover();
  EXPECT_EQ(stored(cut_off.id).span.from, kMark) << "cut off, and salvaged";
  const auto gaps = practice.parts->catalogue.gaps("front", {kMark - days(1), ahead + days(1)});
  ASSERT_EQ(gaps.size(), 2u);
  EXPECT_EQ(gaps[1].span, (Interval{kMark - minutes(1), kMark}));
}

}  // namespace
}  // namespace tenure::storage
