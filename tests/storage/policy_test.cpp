// I10: changes of policy go through a preview, a second person and 24 hours, and lengthen nothing behind anybody's back.
#include "storage/policy/policy_change.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <set>

#include "storage/catalogue/catalogue_state.h"
#include "storage/policy/promise.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

const Instant kStart = at("2026-03-02T10:00:00Z");
constexpr auto kEnd = config::Anchor::capture_end, kBegin = config::Anchor::capture_start;

Promise promise(const char* period, Instant since = {}, config::Anchor anchor = kEnd) { return {*parse_period(period), anchor, since}; }

TEST(I10, ALongerPromiseCountsForWhatIsRecordedFromThenOn) {
  const std::vector<Promise> versions{promise("P14D", kStart), promise("P28D", kStart + days(10))};
  const auto until = [&](Instant end) { return promised_until(versions, {end - minutes(1), end}) - end; };
  EXPECT_EQ(until(kStart - days(100)), days(14)) << "older than any policy";
  EXPECT_EQ(until(kStart + days(9)), days(14));
  EXPECT_EQ(until(kStart + days(10) + minutes(1)), days(28));
  EXPECT_EQ(until(kStart + days(10) + Seconds(30)), days(14)) << "begun before it";
}

TEST(I10, AShorterPromiseCountsForAllAndIsNotUndoneByALongerOne) {
  const std::vector<Promise> versions{promise("P28D", kStart), promise("P7D", kStart + days(10)), promise("P1Y", kStart + days(20))};
  const auto until = [&](Instant end) { return promised_until(versions, {end - minutes(1), end}) - end; };
  EXPECT_EQ(until(kStart + days(1)), days(7));
  EXPECT_EQ(until(kStart + days(15)), days(7));
  EXPECT_EQ(until(kStart + days(21)), days(365));
}

TEST(I10, WhatMayShortenSomethingIsTakenForAShortening) {
  EXPECT_TRUE(never_shorter(promise("P28D"), promise("P29D")));
  EXPECT_TRUE(never_shorter(promise("P28D"), promise("P1M"))) << "February";
  EXPECT_FALSE(never_shorter(promise("P1M"), promise("P30D")));
  EXPECT_TRUE(never_shorter(promise("P1M"), promise("P31D")));
  EXPECT_FALSE(never_shorter(promise("P1Y"), promise("P365D")));
  EXPECT_TRUE(never_shorter(promise("P1Y"), promise("P1Y1D")));
  EXPECT_FALSE(never_shorter(promise("P28D"), promise("P28D", {}, kBegin)));
  EXPECT_TRUE(never_shorter(promise("P28D", {}, kBegin), promise("P28D")));
}

TEST(I10, WhatIsNeverShorterEndsNoRecordingEarlier) {
  std::mt19937 random(7);
  const char* const periods[] = {"P1D", "P27D", "P28D", "P31D", "P1M", "P3M", "P90D", "P1Y", "P365D", "P366D", "P1Y6M", "P18M", "PT36H"};
  std::size_t promised = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto one = [&] { return promise(periods[random() % std::size(periods)], {}, random() % 2 ? kEnd : kBegin); };
    const auto last = one(), next = one();
    if (!never_shorter(last, next)) continue;
    ++promised;
    const auto from = kStart + minutes(random() % (4 * 366 * 24 * 60));
    const Interval span{from, from + minutes(random() % 120)};
    ASSERT_GE(expiry_of(next.period, next.anchor, span), expiry_of(last.period, last.anchor, span))
        << to_string(last.period) << " then " << to_string(next.period) << " at " << to_rfc3339(from);
  }
  EXPECT_GT(promised, 5'000u);
}

TEST(I10, PromisesAreTheSameWhenEveryRecordingEndsAtTheSameMoment) {
  EXPECT_TRUE(same_promise(promise("P1D"), promise("PT24H")));
  EXPECT_TRUE(same_promise(promise("P4W"), promise("P28D")));
  EXPECT_TRUE(same_promise(promise("P12M"), promise("P1Y")));
  EXPECT_FALSE(same_promise(promise("P1D"), promise("PT24H", {}, kBegin)));
  EXPECT_FALSE(same_promise(promise("P1D"), promise("PT23H59M59S")));
  std::mt19937 random(3);
  const char* const periods[] = {"P1D", "PT24H", "P28D", "PT672H", "P30D", "P31D", "P1M", "P12M",
                                 "P1Y", "P365D", "P366D", "P18M", "P1Y6M", "P1M1D", "P1MT24H"};
  for (const auto* first : periods)
    for (const auto* second : periods) {
      const auto one = promise(first), other = promise(second);
      bool always = true;  // over four years, leap day and all
      for (int day = 0; day < 4 * 366; ++day) {
        const auto from = kStart + days(day) + minutes(random() % (24 * 60));
        const Interval span{from, from + minutes(1)};
        always &= expiry_of(one.period, one.anchor, span) == expiry_of(other.period, other.anchor, span);
      }
      EXPECT_EQ(same_promise(one, other), always) << first << " and " << second;
    }
}

class Policy : public testing::Test {
 protected:
  Policy() : approvals(practice.parts->catalogue, practice.clock) {
    practice.clock.advance(hours(1));
    practice.parts->sweeper.sweep();  // so that there is a mark
  }
  static PolicyWish wish(const char* period, const char* cls = "cctv") {
    return {cls, *parse_period(period), std::string(cls) == "calls" ? kBegin : kEnd};
  }
  PolicyChanges changes() { return {practice.parts->catalogue, practice.clock, /*trial=*/false}; }
  ApprovalId approved(const PolicyPreview& preview) {
    const auto asked = approvals.ask(PolicyChanges::kAct, approval_subject(preview), "less is enough", anna);
    return approvals.approve(asked.id, ben).id;
  }
  PolicyVersion shorten(const PolicyPreview& preview) {
    return changes().change(preview.wish, preview.token, "less is enough", anna, approved(preview));
  }
  // One recording an hour, from so many days ago until now.
  void record_days(int count) {
    const auto now = practice.clock.now();
    for (auto when = now - days(count); when < now; when += hours(1)) practice.record_row("front", {when, when + minutes(1)});
  }
  void pass(Duration time) {
    practice.clock.advance(time);
    practice.parts->sweeper.sweep();
  }
  std::set<SegmentId> live() const {
    std::set<SegmentId> all;
    for (const auto state : {State::live, State::condemned, State::lost})
      for (const auto& row : practice.parts->catalogue.in_state(state)) all.insert(row.id);
    return all;
  }
  std::vector<std::string> acts() const {
    std::vector<std::string> all;
    for (const auto& entry : practice.parts->catalogue.ledger(1, 1000)) all.push_back(entry.act);
    return all;
  }
  Practice practice{kStart};
  Approvals approvals;
  const Actor anna{"anna", "01"}, ben{"ben", "02"};
};

TEST_F(Policy, I10_ThePreviewIsExactlyWhatTheSweepThenTakes) {
  record_days(27);
  for (int i = 0; i < 6; ++i) practice.import(call_at(practice.clock.now() - days(100 * i), "07700 900123", "c" + std::to_string(i)), std::to_string(i));
  const auto old = practice.clock.now() - days(20);
  practice.parts->holds.add(practice.request({{"front", {old, old + hours(30)}}}), practice.manager);
  const auto ending = practice.parts->holds.add(practice.request({{"front", {old + days(2), old + days(3)}}}), practice.manager).hold.id;
  practice.parts->holds.release(ending, "over", practice.manager);  // counts no more when the change takes effect
  const auto preview = changes().preview(wish("P14D"));
  EXPECT_TRUE(preview.shortens);
  EXPECT_EQ(preview.effective_at, practice.clock.now() + hours(72));
  EXPECT_GT(preview.held.recordings, 20u);
  EXPECT_GT(preview.goes.recordings, 100u);
  EXPECT_EQ(preview.falls_due.recordings, preview.goes.recordings + preview.held.recordings);
  EXPECT_EQ(preview.falls_due.calls, 0u);
  EXPECT_GT(preview.anyway.recordings, 0u);
  shorten(preview);
  practice.clock.set({preview.effective_at - Duration(1), preview.effective_at - Duration(1)});
  practice.parts->sweeper.sweep();
  const auto before = live();
  practice.clock.set({preview.effective_at, preview.effective_at});
  const auto report = practice.parts->sweeper.sweep();
  EXPECT_TRUE(report.questions.empty());
  const auto after = live();
  std::set<SegmentId> gone;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::inserter(gone, gone.end()));
  std::set<SegmentId> foretold;
  for (const auto& id : preview.due)
    if (!after.contains(id)) foretold.insert(id);
  EXPECT_EQ(foretold.size(), preview.goes.recordings);
  for (const auto& id : foretold) EXPECT_TRUE(gone.contains(id));
  // The hour that fell due by the old policy in the last microsecond: none here, so nothing else went.
  EXPECT_EQ(gone, foretold);
  EXPECT_EQ(gone.size(), report.deleted);
  for (const auto& row : practice.parts->catalogue.in_state(State::live))
    if (row.cls == "cctv") { EXPECT_EQ(row.expires_at, row.span.to + days(14)); }
}

TEST_F(Policy, I10_APreviewOfRandomPeriodsIsWhatThenGoes) {
  std::mt19937 random(11);
  for (int round = 0; round < 12; ++round) {
    Practice small(kStart);
    PolicyChanges policy(small.parts->catalogue, small.clock, false);
    Approvals asked(small.parts->catalogue, small.clock);
    for (int i = 0; i < 40; ++i) {
      const auto when = kStart - hours(random() % (26 * 24)) - minutes(random() % 60);
      small.record_row(random() % 2 ? "front" : "waiting-room", {when, when + minutes(1)});
    }
    for (int i = 0; i < 3; ++i) {
      const auto when = kStart - hours(random() % (26 * 24));
      small.parts->holds.add(small.request({{"front", {when, when + hours(random() % 48 + 1)}}}), small.manager);
    }
    const PolicyWish smaller{"cctv", *parse_period("P" + std::to_string(random() % 20 + 4) + "D"), random() % 2 ? kEnd : kBegin};
    const auto preview = policy.preview(smaller, kStart + hours(24 + random() % 100));
    const auto request = asked.ask(PolicyChanges::kAct, approval_subject(preview), "x", anna);
    policy.change(smaller, preview.token, "x", anna, asked.approve(request.id, ben).id);
    small.clock.set({preview.effective_at - Duration(1), preview.effective_at - Duration(1)});
    small.parts->sweeper.sweep();
    const auto before = small.parts->catalogue.in_state(State::live).size();
    small.clock.set({preview.effective_at, preview.effective_at});
    EXPECT_EQ(small.parts->sweeper.sweep().deleted, preview.goes.recordings) << "round " << round;
    EXPECT_EQ(before - small.parts->catalogue.in_state(State::live).size(), preview.goes.recordings);
  }
}

TEST_F(Policy, I10_AShorterPeriodNeedsItsPreviewASecondPersonAndADay) {
  record_days(27);
  const auto refused = [&](const std::string& token, std::optional<ApprovalId> approval) {
    return error_of([&] { changes().change(wish("P14D"), token, "less", anna, approval); });
  };
  EXPECT_THAT(refused("", {}), HasSubstr("look at what falls due first"));
  const auto preview = changes().preview(wish("P14D"));
  EXPECT_THAT(refused(preview.token, {}), HasSubstr("second person"));
  EXPECT_THAT(error_of([&] { changes().preview(wish("P14D"), practice.clock.now() + hours(23)); }), HasSubstr("24 hours"));
  const auto id = approved(preview);
  EXPECT_THAT(error_of([&] { changes().change(wish("P13D"), preview.token, "less", anna, id); }), HasSubstr("no longer what the preview showed"));
  pass(hours(49));  // the second person took too long: less than 24 hours would be left
  EXPECT_THAT(refused(preview.token, id), HasSubstr("24 hours from now"));
  EXPECT_TRUE(changes().waiting().empty());
  EXPECT_EQ(practice.parts->catalogue.policy().at(1).period, *parse_period("P28D"));
}

TEST_F(Policy, I10_WhatWasNotInTheApprovedPreviewIsNotWhatWasApproved) {
  record_days(27);
  const auto preview = changes().preview(wish("P14D"));
  const auto id = approved(preview);
  const auto old = practice.clock.now() - days(20);
  practice.record_row("waiting-room", {old, old + minutes(1)});  // came late
  EXPECT_THAT(error_of([&] { changes().change(preview.wish, preview.token, "less", anna, id); }), HasSubstr("no longer what the preview showed"));
  const auto other = changes().preview(wish("P10D"));
  EXPECT_THAT(error_of([&] { changes().change(other.wish, other.token, "less", anna, id); }), HasSubstr("is not for this"));
}

TEST_F(Policy, I10_NothingHappensBeforeItsTimeAndACancelledChangeNeverDoes) {
  record_days(27);
  const auto preview = changes().preview(wish("P14D"));
  shorten(preview);
  EXPECT_THAT(error_of([&] { changes().preview(wish("P10D")); }), HasSubstr("already waits"));
  pass(hours(71));
  EXPECT_EQ(practice.parts->catalogue.policy().at(1).period, *parse_period("P28D"));
  const auto kept = live().size();
  changes().cancel("cctv", "the insurer wants four weeks", ben);
  pass(hours(2));
  EXPECT_EQ(practice.parts->catalogue.policy().at(1).period, *parse_period("P28D"));
  EXPECT_NEAR(static_cast<double>(live().size()), static_cast<double>(kept), 3.0) << "only what the old period ended";
  EXPECT_THAT(error_of([&] { changes().cancel("cctv", "again", ben); }), HasSubstr("no change"));
  EXPECT_THAT(acts(), testing::IsSupersetOf({"approval-ask", "approval-approve", "approval-use", "policy-change", "policy-cancel"}));
  EXPECT_EQ(changes().versions().back().state, VersionState::cancelled);
  EXPECT_EQ(practice.parts->catalogue.check(), "");
}

TEST_F(Policy, I10_ALongerPeriodLeavesTheExpiryOfWhatIsThere) {
  const auto now = practice.clock.now();
  const auto before = practice.record_row("front", {now - days(3), now - days(3) + minutes(1)});
  auto running = practice.reserve("waiting-room", {now - minutes(1), now});
  changes().change(wish("P90D"), "", "a long dispute", anna);
  practice.parts->sweeper.sweep();
  EXPECT_EQ(practice.parts->catalogue.policy().at(1).period, *parse_period("P90D"));
  running.span = {now - minutes(1), now};
  practice.parts->catalogue.commit_segment(running);
  const auto after = practice.record_row("front", {now + minutes(1), now + minutes(2)});
  const auto expiry = [&](const SegmentId& id) { return practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0).expires_at; };
  EXPECT_EQ(expiry(before.id), before.span.to + days(28));
  EXPECT_EQ(expiry(running.id), now + days(28)) << "begun under the shorter promise";
  EXPECT_EQ(expiry(after.id), after.span.to + days(90));
}

TEST_F(Policy, I10_ZeroNegativeEmptyAndTooShortPeriodsAreRefused) {
  for (const auto& period : {Period{}, Period{0, 0, -1, {}}, Period{0, 0, 0, minutes(5)}, Period{1, 0, -364, {}}})
    EXPECT_THAT(error_of([&] { changes().preview({"cctv", period, kEnd}); }), HasSubstr("period: must be")) << to_string(period);
  EXPECT_THAT(error_of([&] { changes().preview(wish("P14D", "cctf")); }), HasSubstr("there are: calls, cctv"));
  EXPECT_THAT(error_of([&] { changes().preview(wish("P28D")); }), HasSubstr("already"));
  EXPECT_THAT(error_of([&] { changes().preview_again(wish("P14D"), "12-x"); }), HasSubstr("preview:"));
  PolicyChanges trial(practice.parts->catalogue, practice.clock, true);
  EXPECT_NO_THROW(trial.preview({"cctv", Period{0, 0, 0, minutes(5)}, kEnd}));
}

TEST_F(Policy, I10_ADifferenceOfTheSettingsIsAProposalAndNeverAnAct) {
  record_days(20);
  const auto row = practice.parts->catalogue.in_state(State::live).size();
  const std::vector<config::Class> settings{{"cctv", *parse_period("P7D"), kEnd}};
  EXPECT_EQ(practice.parts->catalogue.adopt_policy(settings, practice.clock.now()).size(), 2u);
  const auto proposals = policy_proposals(practice.parts->catalogue.policy(), settings);
  ASSERT_EQ(proposals.size(), 2u);
  EXPECT_FALSE(proposals[0].wish) << "calls are no longer in the settings";
  ASSERT_TRUE(proposals[1].wish);
  pass(days(4));
  EXPECT_EQ(practice.parts->catalogue.in_state(State::live).size(), row);
  const auto preview = changes().preview(*proposals[1].wish);
  shorten(preview);
  pass(days(4));
  EXPECT_TRUE(policy_proposals(practice.parts->catalogue.policy(), {settings[0], {"calls", *parse_period("P3Y"), kBegin}}).empty());
}

TEST_F(Policy, I10_ACrashWhileExpiriesAreBroughtForwardIsMadeUpForAtTheNextSweep) {
  record_days(27);
  const auto preview = changes().preview(wish("P14D"));
  const auto version = shorten(preview);
  practice.clock.set({preview.effective_at, preview.effective_at});
  practice.parts->catalogue.write([&](Catalogue::Transaction& t) {  // as far as a crash lets it come
    t.db.run("UPDATE policy_version SET in_force_at = ? WHERE number = ?", preview.effective_at, version.number);
    t.db.run("UPDATE policy SET period = 'P14D' WHERE class = 'cctv'");
    t.db.run("UPDATE segment SET expires_at = end_at + 1209600000000 WHERE id IN"
             " (SELECT id FROM segment WHERE expires_at > ? ORDER BY id LIMIT 100)", preview.effective_at);
  });
  practice.restart();
  const auto report = practice.parts->sweeper.sweep();
  EXPECT_TRUE(report.questions.empty());
  EXPECT_EQ(report.deleted, preview.goes.recordings + preview.anyway.recordings);
  for (const auto& row : practice.parts->catalogue.in_state(State::live)) EXPECT_EQ(row.expires_at, row.span.to + days(14));
}

TEST_F(Policy, I8_WhatAHoldKeepsPastItsTimeIsNotSaidToGoAnyway) {
  const auto now = practice.clock.now();
  practice.record_row("front", {now - days(27), now - days(27) + minutes(1)});
  practice.record_row("front", {now - days(26), now - days(26) + minutes(1)});
  practice.parts->holds.add(practice.request({{"front", {now - days(27), now - days(27) + hours(1)}}}), practice.manager);
  const auto preview = changes().preview(wish("P14D"));
  EXPECT_EQ(preview.anyway.recordings, 1u);
  EXPECT_EQ(preview.anyway_held.recordings, 1u);
  EXPECT_EQ(preview.falls_due.recordings, 0u);
}

TEST_F(Policy, I10_DoubtfulTimesKeepTheirDistanceWhenAPeriodGetsShorter) {
  const Interval span{kStart, kStart + minutes(1)};
  const Ends doubtful{span.to + days(30), span.to + days(28)};  // it may be up to two days younger than it says
  EXPECT_EQ(brought_forward(doubtful, span, promise("P7D")), (Ends{span.to + days(9), span.to + days(7)}));
  EXPECT_EQ(brought_forward({span.to + days(28), {}}, span, promise("P7D")), (Ends{span.to + days(7), {}}));
  EXPECT_EQ(brought_forward({span.to + days(28), {}}, span, promise("P70D")), (Ends{span.to + days(28), {}}));
}

TEST_F(Policy, I11_AnApprovedChangeCountsForWhatItMakesFallDueAndForNothingElse) {
  const auto now = practice.clock.now();
  for (int i = 0; i < 1'300; ++i) practice.record_row("front", {now - days(20) + Seconds(i), now - days(20) + Seconds(i + 1)});
  for (int i = 0; i < 200; ++i) practice.record_row("waiting-room", {now - minutes(i + 20), now - minutes(i + 19)});
  const auto preview = changes().preview(wish("P14D"));
  EXPECT_EQ(preview.falls_due.recordings, 1'300u);
  shorten(preview);
  pass(hours(48));
  practice.clock.set({preview.effective_at, preview.effective_at});
  // Somebody uses the occasion: thirty more, behind the policy's back.
  practice.parts->catalogue.write([&](Catalogue::Transaction& t) {
    t.db.run("UPDATE segment SET expires_at = ? WHERE id IN (SELECT id FROM segment WHERE source = 'waiting-room' LIMIT 30)", now);
  });
  const auto report = practice.parts->sweeper.sweep();
  EXPECT_EQ(report.deleted, 1'300u);
  ASSERT_EQ(report.questions.size(), 1u);
  EXPECT_EQ(report.questions[0].segments, 30u);
  EXPECT_EQ(practice.parts->catalogue.in_state(State::live).size(), 200u);
}

TEST_F(Policy, I11_AnApprovalThatIsNotYetInForceExplainsNothing) {
  record_days(27);
  const auto preview = changes().preview(wish("P14D"));
  shorten(preview);
  practice.parts->catalogue.write([&](Catalogue::Transaction& t) {
    t.db.run("UPDATE segment SET expires_at = ? WHERE id IN (SELECT segment FROM policy_due)", kStart - days(1));
  });
  const auto report = practice.parts->sweeper.sweep();
  EXPECT_EQ(report.deleted, 0u);
  EXPECT_EQ(report.questions.size(), 1u);
}

}  // namespace
}  // namespace tenure::storage
