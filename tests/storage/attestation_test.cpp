// The promise report says yes to a clean store, and no when something was kept too long, however that came about.
#include "tests/storage/attested.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;

TEST(Attestation, ACleanStoreIsVouchedForAndNamesItsHolds) {
  const AttestedPractice practice;
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "");
  EXPECT_EQ(verdict_of(report), "kept");
  EXPECT_EQ(verdict_in_words(report).at(0),
            "Yes. Nothing older than promised is kept, except what one hold keeps on purpose.");
  ASSERT_EQ(report.holds.size(), 1U);
  EXPECT_EQ(report.holds[0].reason, "incident at the entrance");
  EXPECT_EQ(report.holds[0].keeps, 1U);
  EXPECT_EQ(report.holds[0].past_end, 1U);
  ASSERT_EQ(report.classes.size(), 2U);
  EXPECT_EQ(report.classes[0].recordings, 2U);  // calls
  EXPECT_EQ(report.classes[0].oldest, at("2026-03-01T08:40:00Z"));
  EXPECT_EQ(report.classes[1].recordings, 3U);
  EXPECT_EQ(report.classes[1].kept_by_holds, 1U);
  EXPECT_EQ(report.classes[1].next_end, practice.fresh.expires_at);
  EXPECT_EQ(report.keys_live, 5U);
  EXPECT_EQ(report.keys_erased, 1U);
}

TEST(Attestation, AnEmptyStoreIsVouchedForToo) {
  const Practice practice(at("2026-03-01T09:00:00Z"));
  AttestationOrder order;
  order.state = practice.folder.path;
  order.vaults = {{"main", practice.folder.path / "vault"}};
  order.time = practice.clock.trusted();
  EXPECT_EQ(verdict_in_words(attest(order)), std::vector<std::string>{"Yes. Nothing older than promised is kept."});
}

TEST(Attestation, SaysNoWhenTheSweepDidNotCome) {
  AttestedPractice practice;
  practice.clock.advance(std::chrono::days(26));
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "past-date 2");
  EXPECT_EQ(verdict_of(report), "broken");
  const auto since = report.findings[0].first.at(0).since;
  EXPECT_TRUE(since == practice.fresh.expires_at || since == practice.fresh.expires_at + Seconds(60));
  practice.parts->sweeper.sweep();
  EXPECT_EQ(found_in(practice.attest()), "");
}

TEST(Attestation, AllowsTheSixtyFiveSecondsThatThePromiseAllows) {
  AttestedPractice practice;
  practice.clock.set({practice.fresh.expires_at + Seconds(64), practice.fresh.expires_at + Seconds(64)});
  EXPECT_EQ(found_in(practice.attest()), "");
  practice.clock.advance(Seconds(2));
  EXPECT_EQ(found_in(practice.attest()), "past-date 1");
}

TEST(Attestation, SaysNoWhenAHoldThatEndedStillKeepsSomething) {
  AttestedPractice practice;
  practice.sql("UPDATE hold SET released_at = placed_at, counts_until = placed_at + 1");
  fs::remove_all(practice.state() / "holds");
  EXPECT_EQ(found_in(practice.attest()), "past-date 1");
}

TEST(Attestation, ALongerPromiseMadeLaterDoesNotExcuseWhatIsOlder) {
  AttestedPractice practice;
  practice.sql(
      "UPDATE policy SET period = 'P60D' WHERE class = 'cctv';"
      "INSERT INTO policy_version(class, period, anchor, asked_at, asked_by, reason, as_of, effective_at, in_force_at)"
      " SELECT 'cctv', 'P60D', 0, t, 'manager', 'board', t, t, t FROM (SELECT 1774947600000000 AS t)");  // 31 March
  const auto later = practice.record("front", {practice.clock.now(), practice.clock.now() + Seconds(60)});
  EXPECT_EQ(later.expires_at, later.span.to + std::chrono::days(60));
  EXPECT_EQ(found_in(practice.attest()), "");
  practice.sql("UPDATE segment SET expires_at = end_at + 5184000000000 WHERE id = " + hex(practice.fresh.id));
  EXPECT_EQ(found_in(practice.attest()), "stretched 1");
}

TEST(Attestation, FindsFootageThatWasMadeACallInTheCatalogueToLiveLonger) {
  AttestedPractice practice;
  practice.sql("UPDATE segment SET class = 'calls', expires_at = start_at + 94608000000000 WHERE id = " +
               hex(practice.fresh.id));
  EXPECT_EQ(found_in(practice.attest()), "stretched 1, missing-file 1");
}

TEST(Attestation, FindsALostRow) {
  AttestedPractice practice;
  practice.sql("DELETE FROM segment WHERE id = " + hex(practice.fresh.id));
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "orphan 1");
  EXPECT_EQ(verdict_of(report), "kept");
  EXPECT_EQ(verdict_in_words(report).at(1), "One other thing wants attention; see below.");
  practice.clock.advance(std::chrono::days(27));
  practice.sql("DELETE FROM segment WHERE source = 'waiting-room'");
  EXPECT_EQ(found_in(practice.attest()), "orphan-past-date 2");
  EXPECT_EQ(verdict_of(practice.attest()), "broken");
}

}  // namespace
}  // namespace tenure::storage
