// I12: how what was recorded in doubt is settled: by whom, by how much, and what the ledger proves of the time.
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/recording/restamp.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;

const Instant kMark = at("2026-03-02T22:00:00Z");

class I12Settled : public testing::Test {
 protected:
  I12Settled() { practice.clock.set({kMark, kMark + std::chrono::days(365), kMark}); }
  SegmentRow record(Instant from, Instant line = kMark) {
    auto row = practice.reserve("front", {from, from + minutes(1)});
    row.span.to = from + minutes(1);
    row.line = line;
    row.time_doubtful = true;
    practice.parts->catalogue.commit_segment(row);
    return stored(row.id);
  }
  SegmentRow stored(const SegmentId& id) {
    return practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0);
  }
  RestampReport settle(Duration offset, Instant line = kMark, Settlement::By by = Settlement::By::witness) {
    const auto time = practice.clock.trusted();
    return restamp(practice.parts->catalogue,
                   {{line, offset, {}, by}, time, time.lo + offset, {"tenured"}, "time-settle", ""});
  }
  Practice practice{kMark};
};

TEST_F(I12Settled, ADifferenceOfTwoSecondsIsNotWorthMovingAndTheDoubtEndsAllTheSame) {
  auto line = kMark;
  for (const auto offset : {Seconds(0), Seconds(2), Seconds(-2)}) {
    line += std::chrono::hours(1);
    const auto row = record(line + minutes(1), line);
    settle(offset, line);
    EXPECT_EQ(stored(row.id).span, row.span) << offset.count();
    EXPECT_FALSE(stored(row.id).line);
    EXPECT_FALSE(stored(row.id).time_doubtful);
  }
}

TEST_F(I12Settled, WhatWasStampedTooLateIsMovedBack) {
  const auto row = record(kMark + std::chrono::hours(2));
  settle(-std::chrono::hours(1));
  EXPECT_EQ(stored(row.id).span.from, row.span.from - std::chrono::hours(1));
}

TEST_F(I12Settled, TheLedgerSaysWhoSettledIt) {
  const std::vector<std::pair<Settlement::By, const char*>> all{{Settlement::By::synchronisation, "synchronisation"},
                                                                {Settlement::By::witness, "witness"},
                                                                {Settlement::By::person, "person"},
                                                                {Settlement::By::two_persons, "two persons"}};
  auto line = kMark;
  for (const auto& [by, name] : all) {
    line += minutes(1);
    const auto report = settle(Seconds(60), line, by);
    EXPECT_THAT(practice.parts->catalogue.ledger(report.ledger_number, 1).at(0).subject,
                HasSubstr(std::string(R"("by":")") + name + "\""));
  }
}

TEST_F(I12Settled, TheLatestInstantIsThatOfTheLastActAndNoneWithoutOne) {
  TemporaryFolder folder;
  Catalogue fresh(folder.path);
  EXPECT_EQ(latest_recorded(fresh), Instant{});
  fresh.append_ledger(ledger_entry(kMark, {"tenured"}, "start", "{}"));
  EXPECT_EQ(latest_recorded(fresh), kMark);
}

TEST_F(I12Settled, OnlyARowThatIsStillInDoubtIsMovedWhenItArrivesLate) {
  const auto row = record(kMark + minutes(1));
  settle(minutes(10));
  const auto moved = stored(row.id);
  ASSERT_NE(moved.span, row.span);
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    restamp_if_settled(transaction.db, moved);  // without a line
    restamp_if_settled(transaction.db, row);    // as the recorder still knows it
    auto unknown = row;
    unknown.id = SegmentId::make(kMark);
    restamp_if_settled(transaction.db, unknown);
  });
  EXPECT_EQ(stored(row.id).span, moved.span) << "once";
}

}  // namespace
}  // namespace tenure::storage
