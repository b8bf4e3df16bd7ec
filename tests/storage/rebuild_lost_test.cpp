// I20 of what was lost before the catalogue was: the ledger tells of it, and it is lost again, no gap that nobody explains.
#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/recovery/lost.h"
#include "storage/recovery/orphans.h"
#include "tests/storage/rebuild_practice.h"

namespace tenure::storage {
namespace {

namespace json = boost::json;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RebuildLost : public LostCatalogue {
 protected:
  SegmentRow row_of(const SegmentId& id) const {
    return practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0);
  }
  SegmentRow record(const std::string& camera, int after) {
    return row_of(practice.record(camera, {start + minutes(after), start + minutes(after + 1)}).id);
  }
  // As the walk finds it.
  void lose_file(const SegmentRow& row) {
    remove_file(practice.parts->vaults.path_of(row));
    EXPECT_TRUE(storage::lose(practice.parts->catalogue, practice.clock, row, "its file is missing"));
  }
  std::vector<Gap> gaps() const { return practice.parts->catalogue.gaps("front", {start - days(9), start + days(9)}); }
  std::vector<SegmentRow> lost() { return lost_recordings(practice.parts->catalogue, practice.clock.trusted(), 10); }
};

TEST_F(RebuildLost, I20_WhatWasKnownToBeLostIsLostAgainAndNoGapThatNobodyExplains) {
  record("front", 0);
  const auto gone = record("front", 1);
  record("front", 2);
  lose_file(gone);
  carry_out();
  const auto before = rows();
  const auto report = lose_and_rebuild();
  EXPECT_EQ(report.lost, 1u);
  EXPECT_EQ(report.segments, 2u);
  EXPECT_EQ(report.gaps, 0u);
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_EQ(rows(), before) << "with its key, so that a copy from a backup is known when it is put there";
  EXPECT_THAT(gaps(), IsEmpty());
  ASSERT_EQ(lost().size(), 1u);
  EXPECT_EQ(lost()[0].id, gone.id);
  EXPECT_EQ(practice.parts->catalogue.check(), "");
  EXPECT_EQ(lose_and_rebuild().lost, 1u) << "and after the next one too";
}

TEST_F(RebuildLost, I20_WhatWasFoundAgainOrDeletedSinceIsNoLoss) {
  record("front", 0);
  const auto found = record("front", 1), deleted = record("front", 2), back = record("front", 3);
  record("front", 4);
  lose_file(found);
  note(practice.parts->catalogue, practice.clock, "found", found.id.text(), "its file is there again, whole");
  lose_file(deleted);
  practice.parts->keys.erase(deleted.slot, deleted.id);
  practice.parts->keys.sync();
  EXPECT_TRUE(storage::lose(practice.parts->catalogue, practice.clock, back, "its disk was away"));
  carry_out();
  const auto report = lose_and_rebuild();
  EXPECT_EQ(report.lost, 0u);
  EXPECT_EQ(row_of(back.id).state, State::live) << "its file is there";
  EXPECT_FALSE(practice.exists(found.id) || practice.exists(deleted.id));
  ASSERT_EQ(gaps().size(), 1u);
  EXPECT_EQ(gaps()[0].span, (Interval{start + minutes(1), start + minutes(3)}));
}

TEST_F(RebuildLost, I8_I20_ALossIsToldUntilItsTimeIsOverOrItsHoldIs) {
  const auto gone = record("front", 0), held = record("waiting-room", 0);
  practice.parts->holds.add(practice.request({{"waiting-room", minute}}), practice.manager);
  lose_file(gone);
  lose_file(held);
  carry_out();
  lose();
  practice.clock.advance(days(29));
  const auto report = rebuild();
  EXPECT_EQ(report.lost, 1u);
  EXPECT_FALSE(practice.exists(gone.id)) << "the sweep had taken it, or would have";
  ASSERT_TRUE(practice.exists(held.id));
  EXPECT_EQ(row_of(held.id).state, State::lost);
  EXPECT_TRUE(row_of(held.id).held);
}

TEST_F(RebuildLost, I20_WhatEndedInItsTimeIsNoLossOfALaterHoldThoughItsSlotHasAnotherKeyByNow) {
  const auto gone = record("front", 0);
  lose_file(gone);
  practice.clock.advance(days(29));
  ASSERT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  const auto now = practice.clock.now();
  const auto next = practice.record("front", {now, now + minutes(1)});
  ASSERT_EQ(next.slot, gone.slot);
  practice.parts->holds.add(practice.request({{"front", minute}}), practice.manager);
  carry_out();
  EXPECT_EQ(lose_and_rebuild().lost, 0u);
  EXPECT_FALSE(practice.exists(gone.id));
  EXPECT_TRUE(practice.exists(next.id));
}

TEST_F(RebuildLost, I8_I20_ALossWhoseKeyIsGoneIsToldAsLongAsAHoldHasItThatWasThereInTime) {
  const auto gone = record("front", 0);
  practice.parts->holds.add(practice.request({{"front", minute}}), practice.manager);
  lose_file(gone);
  practice.parts->keys.erase(gone.slot, gone.id);
  practice.parts->keys.sync();
  practice.parts->keys.give_back(gone.slot);
  ASSERT_EQ(record("front", 5).slot, gone.slot) << "as with a backup of the keys from before it";
  practice.clock.advance(days(29));
  carry_out();
  EXPECT_EQ(lose_and_rebuild().lost, 1u);
  EXPECT_TRUE(practice.exists(gone.id));
}

TEST_F(RebuildLost, I19_I20_WhoseKeyARestoreDidNotHaveIsNotDeletedByTheMarkOfWhoHadItsSlotBefore) {
  const auto row = record("front", 0), deleted = record("front", 1);
  for (const auto& one : {row, deleted}) practice.parts->keys.erase(one.slot, one.id);
  practice.parts->keys.sync();
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE segment SET state = 3 WHERE id = ?", row.id);
    insert_ledger(transaction.db, ledger_entry(start, {"tenured"}, "lost", loss_subject(row, /*keyless=*/true)));
  });
  carry_out();
  const auto report = lose_and_rebuild();
  EXPECT_EQ(report.finished_deletions, 1u);
  EXPECT_EQ(report.lost, 1u);
  EXPECT_TRUE(practice.file_exists(row)) << "another backup of the keys may open it";
  EXPECT_FALSE(practice.file_exists(deleted));
  EXPECT_EQ(row_of(row.id).state, State::lost);
}

TEST_F(RebuildLost, I12_ALossLiesWhereItsTimeWasMovedTo) {
  const auto early = record("front", 10), late = record("front", 20);
  practice.parts->catalogue.append_ledger(
      ledger_entry(start + hours(101), {"tenured"}, "time-settle",
                   json::serialize(json::object{{"doubtful_since", to_rfc3339(start)}, {"offset_seconds", 360'000}})));
  auto moved = late;  // one was lost when its time was settled, the other before
  moved.filed_at = late.span.from;
  moved.span = {late.span.from + hours(100), late.span.to + hours(100)};
  lose_file(early);
  lose_file(moved);
  carry_out();
  EXPECT_EQ(lose_and_rebuild().lost, 2u);
  for (const auto& row : {early, late}) {
    const auto now = row_of(row.id);
    EXPECT_EQ(now.span, (Interval{row.span.from + hours(100), row.span.to + hours(100)}));
    EXPECT_EQ(now.filed_at, row.span.from) << "where its file is looked for";
    EXPECT_EQ(now.state, State::lost);
  }
}

TEST_F(RebuildLost, I20_ALossOfWhichTheLedgerTellsTooLittleIsCounted) {
  const auto call = row_of(practice.import(call_at(start, "07700 900123", "a"), "sound").id);
  lose_file(call);
  const auto whole = json::parse(loss_subject(record("front", 0))).as_object();
  const auto tell = [&](const json::value& subject) {
    practice.parts->catalogue.append_ledger(ledger_entry(start, {"tenured"}, "lost", json::serialize(subject)));
  };
  const json::object wrong{{"class", "none"}, {"vault", "none"}, {"source", "../.."}, {"digest", "abcd"},
                           {"start", "soon"}, {"end", "2026-03-02T09:00:00Z"}, {"slot", -1},
                           {"bytes", "3"}, {"plain_bytes", nullptr}, {"run", json::array{}}};
  for (const auto& member : wrong) {
    auto subject = whole;
    subject["segment"] = SegmentId::make(start).text();
    subject[member.key()] = member.value();
    tell(subject);
  }
  tell(json::object{{"segment", SegmentId::make(start).text()}});  // as it was told before
  for (const json::value& none : {json::value(json::array{}), json::value(5), json::value(json::object{{"segment", 5}})})
    tell(none);
  carry_out();
  const auto report = lose_and_rebuild();
  EXPECT_EQ(report.lost, 0u);
  EXPECT_EQ(report.segments, 1u);
  EXPECT_THAT(report.problems, ElementsAre(HasSubstr("12 recordings that were lost before")));
}

TEST_F(RebuildLost, ALostCallThatTheSweepTookAtItsTimeIsNoProblem) {
  const auto call = row_of(practice.import(call_at(start, "07700 900123", "a"), "sound").id);
  lose_file(call);
  practice.clock.advance(days(4 * 365));
  ASSERT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  const auto waits = row_of(practice.import(call_at(practice.clock.now(), "07700 900456", "b"), "other sound").id);
  lose_file(waits);
  carry_out();
  EXPECT_THAT(lose_and_rebuild().problems, ElementsAre(HasSubstr("1 recordings that were lost before"))) << "the other";
}

}  // namespace
}  // namespace tenure::storage
