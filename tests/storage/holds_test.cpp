#include <gmock/gmock.h>

#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::Test;

const Instant kStart = at("2026-03-02T10:00:00Z");

class Holds_ : public Test {
 protected:
  SegmentRow minute(int number, const std::string& camera = "front") {
    return practice.record(camera, {kStart + minutes(number), kStart + minutes(number + 1)});
  }
  HoldReceipt hold(const std::string& camera, Instant from, Instant to) {
    return practice.parts->holds.add(practice.request({{camera, {from, to}}}), practice.manager);
  }
  std::string refusal(const HoldRequest& request) {
    return error_of([&] { practice.parts->holds.add(request, practice.manager); });
  }
  std::size_t hold_files() const {
    return static_cast<std::size_t>(std::distance(boost::filesystem::directory_iterator(practice.folder.path / "holds"), {}));
  }
  Practice practice{kStart};
};
using Holds = Holds_;

TEST_F(Holds, KeepsASegmentThatAHoldTouchesByOneSecond) {
  const auto before = minute(0), touched = minute(1), after = minute(2);
  practice.clock.advance(hours(1));
  const auto receipt = hold("front", touched.span.to - Seconds(1), touched.span.to);
  ASSERT_EQ(receipt.segments.size(), 1u);
  EXPECT_EQ(receipt.segments[0].id, touched.id);
  EXPECT_TRUE(receipt.segments[0].held);
  practice.clock.advance(days(40));
  const auto report = practice.parts->sweeper.sweep();
  EXPECT_EQ(report.deleted, 2u);
  EXPECT_EQ(report.held_back, 1u);
  EXPECT_TRUE(practice.exists(touched.id) && practice.file_exists(touched));
  EXPECT_FALSE(practice.exists(before.id) || practice.exists(after.id));
}

TEST_F(Holds, RefusesWhatMakesNoSenseAndNamesTheField) {
  minute(0);
  const auto good = practice.request({{"front", {kStart, kStart + hours(1)}}});
  auto bad = good;
  bad.reason = " ";
  EXPECT_THAT(refusal(bad), testing::HasSubstr("reason"));
  bad = good;
  bad.authority = "";
  EXPECT_THAT(refusal(bad), testing::HasSubstr("authority"));
  bad = good;
  bad.review = {};
  EXPECT_THAT(refusal(bad), testing::HasSubstr("review"));
  bad.review = kStart;
  EXPECT_THAT(refusal(bad), testing::HasSubstr("not in the future"));
  bad = good;
  bad.spans.clear();
  EXPECT_THAT(refusal(bad), testing::HasSubstr("at least one"));
  bad.spans = {{"side-door", {kStart, kStart + hours(1)}}};
  EXPECT_THAT(refusal(bad), testing::HasSubstr("side-door"));
  bad.spans = {{"front", {kStart, kStart}}};
  EXPECT_THAT(refusal(bad), testing::HasSubstr("later than"));
  bad.spans = {{"front", {kStart, kStart + days(4000)}}};
  EXPECT_THAT(refusal(bad), testing::HasSubstr("ten years"));
  bad = good;
  bad.numbers = {"withheld"};
  EXPECT_THAT(refusal(bad), testing::HasSubstr("number"));
  bad = good;
  bad.calls = {SegmentId::make(kStart)};
  EXPECT_THAT(refusal(bad), testing::HasSubstr("call"));
  EXPECT_TRUE(practice.parts->holds.list().empty());
  EXPECT_EQ(hold_files(), 0u);
}

TEST_F(Holds, CoverWhatIsRecordedAfterTheyWerePlaced) {
  const auto receipt = hold("front", kStart, kStart + hours(2));
  EXPECT_TRUE(receipt.segments.empty());
  const auto row = minute(30);
  practice.clock.advance(days(40));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  EXPECT_EQ(practice.parts->holds.show(receipt.hold.id).segments.at(0).id, row.id);
}

TEST_F(Holds, CountASegmentThatIsBeingRecorded) {
  const auto row = practice.reserve("front", {kStart, kStart + Seconds(10)});
  practice.clock.advance(Seconds(30));
  const auto receipt = hold("front", kStart + Seconds(15), kStart + Seconds(20));
  ASSERT_EQ(receipt.segments.size(), 1u);
  EXPECT_EQ(receipt.segments[0].id, row.id);
  EXPECT_EQ(receipt.segments[0].state, State::reserved);
}

TEST_F(Holds, ReceiptTellsGapsAndMinutesAlreadyGone) {
  minute(0);
  practice.clock.advance(days(28) + minutes(1));
  practice.parts->sweeper.sweep();
  const auto now = practice.clock.now();
  practice.record("front", {now - minutes(10), now - minutes(9)});
  practice.parts->catalogue.add_gap({"front", {now - minutes(9), now - minutes(8)}, "camera unreachable"});
  const auto receipt = hold("front", kStart, now);
  ASSERT_EQ(receipt.gone.size(), 1u);
  EXPECT_EQ(receipt.gone[0].span, (Interval{kStart, kStart + minutes(1)}));
  EXPECT_EQ(receipt.segments.size(), 1u);
  ASSERT_EQ(receipt.gaps.size(), 3u);
  EXPECT_EQ(receipt.gaps[0].cause, "camera unreachable");
  EXPECT_EQ(receipt.gaps[1].span, (Interval{kStart + minutes(1), now - minutes(10)}));
  EXPECT_EQ(receipt.gaps[2].span, (Interval{now - minutes(8), now}));
}

TEST_F(Holds, PlacedAfterTheExpiryDoNotBringBackWhatTheSweepHasYetToTake) {
  const auto row = minute(0);
  practice.clock.advance(days(28) + minutes(1));
  const auto receipt = hold("front", kStart, kStart + hours(1));
  EXPECT_TRUE(receipt.segments.empty());
  ASSERT_EQ(receipt.gone.size(), 1u);
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  EXPECT_FALSE(practice.exists(row.id));
}

TEST_F(Holds, ASecondHoldKeepsWhatTheFirstKeptPastItsExpiry) {
  const auto row = minute(0);
  const auto first = hold("front", kStart, kStart + hours(1));
  practice.clock.advance(days(40));
  EXPECT_EQ(hold("front", kStart, kStart + hours(1)).segments.size(), 1u);
  practice.parts->holds.release(first.hold.id, "closed", practice.manager);
  practice.clock.advance(days(2));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  EXPECT_TRUE(practice.exists(row.id));
}

TEST_F(Holds, OfANumberCoverItsCallsInAnyFormPastAndFuture) {
  const auto past = practice.import(call_at(kStart, "+44 7700 900123", "a"), "one");
  practice.import(call_at(kStart, "07700 900456", "b"), "two");
  auto request = practice.request({});
  request.numbers = {"07700 900 123"};
  const auto receipt = practice.parts->holds.add(request, practice.manager);
  ASSERT_EQ(receipt.segments.size(), 1u);
  EXPECT_EQ(receipt.segments[0].id, past.id);
  const auto future = practice.import(call_at(kStart + hours(1), "00447700900123", "c"), "three");
  practice.clock.advance(days(1200));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  EXPECT_TRUE(practice.exists(past.id) && practice.exists(future.id));
  EXPECT_EQ(practice.parts->holds.list().at(0).what.numbers.at(0), "07700 900 123");
}

TEST_F(Holds, OfACallCoverItsWholeGroup) {
  auto first = call_at(kStart, "07700 900123", "a"), second = call_at(kStart, "07700 900456", "b");
  first.group_id = second.group_id = "transfer-1";
  const auto a = practice.import(first, "one"), b = practice.import(second, "two");
  auto request = practice.request({});
  request.calls = {a.id};
  EXPECT_EQ(practice.parts->holds.add(request, practice.manager).segments.size(), 2u);
  practice.clock.advance(days(1200));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  EXPECT_TRUE(practice.exists(b.id));
}

TEST_F(Holds, LeaveNoNumberInTheLedgerOrTheCatalogue) {
  practice.import(call_at(kStart, "07700900123", "a"), "one");
  auto request = practice.request({});
  request.numbers = {"07700900123"};
  practice.parts->holds.add(request, practice.manager);
  practice.parts.reset();
  for (const auto* name : {"catalogue.db", "catalogue.db-wal"}) {
    const auto path = practice.folder.path / "catalogue" / name;
    if (!boost::filesystem::exists(path)) continue;
    const auto bytes = read_whole(path, 64 << 20);
    EXPECT_EQ(as_text(bytes).find("7700900123"), std::string_view::npos) << name;
  }
  practice.restart();
}

TEST_F(Holds, AreInTheLedgerBeforeTheyAreAcknowledged) {
  minute(0);
  const auto receipt = hold("front", kStart, kStart + hours(1));
  const auto entries = practice.parts->catalogue.ledger(receipt.ledger_number, 10);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].act, "hold-add");
  EXPECT_EQ(entries[0].actor, "manager");
  EXPECT_THAT(entries[0].subject, testing::HasSubstr(receipt.hold.id.text()));
  EXPECT_EQ(practice.parts->holds.show(receipt.hold.id).ledger_number, receipt.ledger_number);
}

TEST_F(Holds, AtTheirReviewDateStayAndSaySo) {
  minute(0);
  const auto receipt = hold("front", kStart, kStart + hours(1));
  practice.clock.advance(days(31));
  EXPECT_TRUE(practice.parts->holds.list().at(0).review_due);
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  practice.parts->holds.extend(receipt.hold.id, practice.clock.now() + days(9), "still open", practice.manager);
  EXPECT_FALSE(practice.parts->holds.list().at(0).review_due);
}

TEST_F(Holds, AreNotExtendedToAnEarlierReview) {
  minute(0);
  const auto placed = hold("front", kStart, kStart + hours(1)).hold;
  const auto earlier = *placed.what.review - days(1);
  const auto refused = error_of([&] { practice.parts->holds.extend(placed.id, earlier, "sooner", practice.manager); });
  EXPECT_THAT(refused, testing::AllOf(testing::HasSubstr(to_rfc3339(earlier)), testing::HasSubstr(to_rfc3339(*placed.what.review))));
  EXPECT_EQ(practice.parts->holds.list().at(0).what.review, placed.what.review);
}

using I9 = Holds_;

TEST_F(I9, AReleasedHoldCountsForADayAndThenWhatExpiredGoes) {
  const auto row = minute(0);
  const auto receipt = hold("front", kStart, kStart + hours(1));
  practice.clock.advance(days(40));
  const auto released = practice.parts->holds.release(receipt.hold.id, "case closed", practice.manager);
  EXPECT_EQ(released.state, "releasing");
  practice.parts->holds.drop_ended_files();
  EXPECT_EQ(hold_files(), 1u);
  practice.clock.advance(hours(24) - Duration(1));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  EXPECT_EQ(practice.parts->catalogue.next_expiry(), practice.clock.now() + Duration(1));
  practice.clock.advance(Duration(1));
  EXPECT_EQ(practice.parts->holds.list().at(0).state, "released");
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  EXPECT_FALSE(practice.exists(row.id) || practice.file_exists(row));
}

TEST_F(I9, DoubtfulTimeLengthensTheGraceAndNeverShortensIt) {
  const auto row = minute(0);
  const auto receipt = hold("front", kStart, kStart + hours(1));
  const auto late = kStart + days(40);
  practice.clock.set({late, late + hours(3)});
  practice.parts->holds.release(receipt.hold.id, "case closed", practice.manager);
  practice.clock.set({late + hours(24), late + hours(28)});
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
  practice.clock.set({late + hours(27), late + hours(27)});
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  EXPECT_FALSE(practice.exists(row.id));
}

TEST_F(I9, OnlyAnActiveHoldIsReleasedAndOnlyWithAReason) {
  minute(0);
  const auto id = hold("front", kStart, kStart + hours(1)).hold.id;
  EXPECT_THAT(error_of([&] { practice.parts->holds.release(id, "", practice.manager); }), testing::HasSubstr("reason"));
  practice.parts->holds.release(id, "done", practice.manager);
  EXPECT_THAT(error_of([&] { practice.parts->holds.release(id, "again", practice.manager); }), testing::HasSubstr("releasing"));
  EXPECT_THAT(error_of([&] { practice.parts->holds.release(HoldId::make(kStart), "x", practice.manager); }),
              testing::HasSubstr("no hold"));
}

TEST_F(Holds, I7SurviveTheLossOfTheCatalogue) {
  minute(0);
  auto request = practice.request({{"front", {kStart, kStart + hours(1)}}});
  request.numbers = {"020 7946 0123"};
  const auto receipt = practice.parts->holds.add(request, practice.manager);
  practice.parts.reset();
  boost::filesystem::remove_all(practice.folder.path / "catalogue");
  practice.restart();
  const auto report = practice.recover();
  EXPECT_EQ(report.stray_holds, 1u);
  const auto holds = practice.parts->holds.list();
  ASSERT_EQ(holds.size(), 1u);
  EXPECT_EQ(holds[0].id, receipt.hold.id);
  EXPECT_EQ(holds[0].what.reason, request.reason);
  EXPECT_EQ(holds[0].what.numbers, request.numbers);
  EXPECT_EQ(practice.parts->holds.show(receipt.hold.id).segments.size(), 1u) << "its segment was adopted and is held";
  practice.clock.advance(days(40));
  EXPECT_EQ(practice.parts->sweeper.sweep().deleted, 0u);
}

TEST_F(Holds, ADamagedFileStopsNothingAndStays) {
  write_durably(practice.folder.path / "holds" / "broken.hold", as_view("not sealed at all, whatever it was"));
  EXPECT_EQ(practice.parts->holds.adopt_stray_files(), 0u);
  EXPECT_EQ(hold_files(), 1u);
}

}  // namespace
}  // namespace tenure::storage
