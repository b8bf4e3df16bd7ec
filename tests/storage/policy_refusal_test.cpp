// I10: what no change of policy may be, each refusal by the name of its field, and what the settings file merely
// proposes.
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/policy/policy_change.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kEnd = config::Anchor::capture_end, kBegin = config::Anchor::capture_start;

class PolicyRefusals : public testing::Test {
 protected:
  static PolicyWish wish(const char* period, config::Anchor anchor = kEnd) {
    return {"cctv", *parse_period(period), anchor};
  }
  PolicyChanges changes(bool trial = false) { return {practice.parts->catalogue, practice.clock, trial}; }
  std::string previewed(const PolicyWish& wish, std::optional<Instant> effective_at = {}, bool trial = false) {
    return error_of([&] { static_cast<void>(changes(trial).preview(wish, effective_at)); });
  }
  std::string changed(const PolicyWish& wish, const std::string& reason, const Actor& actor = {"anna", "01"}) {
    return error_of([&] { changes().change(wish, "", reason, actor); });
  }
  Practice practice{at("2026-03-02T10:00:00Z")};
};

TEST_F(PolicyRefusals, I10_AReasonIsRequiredAndBounded) {
  for (const auto& reason : {std::string(), std::string(" \t\r\n")}) {
    EXPECT_EQ(changed(wish("P30D"), reason), "usage: reason: is required.");
    EXPECT_EQ(error_of([&] { changes().cancel("cctv", reason, {"anna", "01"}); }), "usage: reason: is required.");
  }
  EXPECT_EQ(changed(wish("P30D"), std::string(2001, 'x')), "usage: reason: is over 2000 characters.");
  EXPECT_EQ(changed(wish("P30D"), std::string(2000, 'x')), "no error");
}

TEST_F(PolicyRefusals, I10_NobodyIsNoPerson) {
  EXPECT_THAT(changed(wish("P30D"), "longer", {""}), StartsWith("internal: Nobody is named"));
  EXPECT_TRUE(changes().waiting().empty());
}

TEST_F(PolicyRefusals, I10_NoPartOfAPeriodMayBeNegativeThoughTheWholeIsLong) {
  for (const auto& period :
       {Period{-1, 0, 800, {}}, Period{0, -1, 100, {}}, Period{3, 0, -1, {}}, Period{}, Period{0, 0, 0, hours(23)}})
    EXPECT_THAT(previewed({"cctv", period, kEnd}), HasSubstr("usage: period: must be an ISO 8601 period from P1D"))
        << to_string(period);
  EXPECT_THAT(previewed({"cctv", Period{0, 0, 0, Seconds(59)}, kEnd}, {}, /*trial=*/true), HasSubstr("from PT1M"));
  EXPECT_EQ(previewed({"cctv", Period{0, 0, 0, Seconds(60)}, kEnd}, {}, /*trial=*/true), "no error");
}

TEST_F(PolicyRefusals, I10_WhatIsThePolicyAlreadyIsNoChangeButAnotherAnchorIs) {
  EXPECT_THAT(previewed(wish("P28D")), HasSubstr("the policy of class cctv already"));
  EXPECT_THAT(changed(wish("P28D"), "the same"), HasSubstr("the policy of class cctv already"));
  EXPECT_EQ(previewed(wish("P28D", kBegin)), "no error");
  EXPECT_TRUE(changes().preview(wish("P28D", kBegin)).shortens) << "a start lies before its end";
}

TEST_F(PolicyRefusals, I10_ThePolicyInOtherLettersIsNoChangeEither) {
  for (const auto* letters : {"PT672H", "P4W", "P27DT24H"}) {
    EXPECT_THAT(previewed(wish(letters)), HasSubstr("the policy of class cctv already")) << letters;
    EXPECT_THAT(changed(wish(letters), "the same"), HasSubstr("the policy of class cctv already")) << letters;
  }
  EXPECT_EQ(previewed(wish("PT672H")),
            "refused: That is the policy of class cctv already (PT672H is the same as P28D): nothing would change.");
  EXPECT_EQ(previewed(wish("PT673H")), "no error");
  EXPECT_EQ(previewed(wish("P1M")), "no error") << "28 days in some Februaries only";
  EXPECT_EQ(previewed(wish("PT672H", kBegin)), "no error") << "from the start";
}

TEST_F(PolicyRefusals, I10_AnEffectiveTimeLiesAheadAndWithinAYear) {
  const auto now = practice.clock.now();
  EXPECT_EQ(previewed(wish("P30D"), now + days(300)), "no error");
  EXPECT_EQ(previewed(wish("P30D"), now + days(367)), "usage: effective: is over a year ahead.");
  EXPECT_EQ(previewed(wish("P30D"), now - Seconds(1)), "usage: effective: is in the past.");
  EXPECT_THAT(previewed(wish("P20D"), now + hours(23)), HasSubstr("24 hours after its approval at the earliest"));
  EXPECT_EQ(previewed(wish("P20D"), now + hours(25)), "no error");
  EXPECT_EQ(changes().preview(wish("P30D")).effective_at, now) << "there is nothing to wait for";
  EXPECT_GE(changes().preview(wish("P20D")).effective_at, now + PolicyChanges::kUsualLead);
}

TEST_F(PolicyRefusals, I10_OnlyWhatAPreviewIsCalledIsTakenForOne) {
  const std::string digest(32, 'a');
  const auto sound = times_of_token("100-50-" + digest);
  EXPECT_EQ(sound.effective_at, Instant(Seconds(100)));
  EXPECT_EQ(sound.as_of, Instant(Seconds(50)));
  for (const auto& token : {std::string("x"), std::string("100"), "100+50-" + digest, std::string("100-"),
                            "100-x-" + digest, std::string("100-50"), "100-50+" + digest, "100-50-" + digest.substr(1),
                            "100-50-" + digest + "a", "-1-50-" + digest, "100--1-" + digest, "10000000001-50-" + digest,
                            "100-10000000001-" + digest, "99999999999999999999-50-" + digest})
    EXPECT_THAT(error_of([&] { times_of_token(token); }), StartsWith("usage: preview:")) << token;
  EXPECT_THAT(error_of([&] { changes().preview_again(wish("P20D"), "what I saw"); }), StartsWith("usage: preview:"));
}

TEST_F(PolicyRefusals, I10_APeriodInTheCatalogueThatIsNoneStopsEveryChange) {
  practice.parts->catalogue.write([](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE policy SET period = 'for ever' WHERE class = ?", "cctv");
  });
  EXPECT_THAT(previewed(wish("P30D")), HasSubstr("corrupt: The catalogue holds a period that is none for class cctv"));
}

TEST_F(PolicyRefusals, I10_ALaterSettingsFileOnlyProposes) {
  const std::vector<PolicyRow> policy{{"cctv", *parse_period("P28D"), kEnd}, {"calls", *parse_period("P3Y"), kBegin}};
  EXPECT_TRUE(policy_proposals(policy, {{"cctv", *parse_period("P28D"), kEnd}, {"calls", *parse_period("P3Y"), kBegin}})
                  .empty());
  EXPECT_TRUE(
      policy_proposals(policy, {{"cctv", *parse_period("PT672H"), kEnd}, {"calls", *parse_period("P36M"), kBegin}}).empty())
      << "the same in other letters";
  const auto other =
      policy_proposals(policy, {{"cctv", *parse_period("P28D"), kBegin}, {"calls", *parse_period("P2Y"), kBegin}});
  ASSERT_EQ(other.size(), 2u);
  EXPECT_THAT(other[0].text,
              HasSubstr("P28D from the end of capture; the settings file says P28D from the start of capture"));
  ASSERT_TRUE(other[1].wish);
  EXPECT_EQ(other[1].wish->period, *parse_period("P2Y"));
  const auto gone = policy_proposals(policy, {{"cctv", *parse_period("P28D"), kEnd}});
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_FALSE(gone[0].wish);
  EXPECT_THAT(gone[0].text, HasSubstr("Class calls is no longer in the settings file"));
}

TEST_F(PolicyRefusals, I10_EveryStateOfAVersionHasItsWord) {
  EXPECT_EQ(to_string(VersionState::waiting), "waiting");
  EXPECT_EQ(to_string(VersionState::in_force), "in force");
  EXPECT_EQ(to_string(VersionState::past), "past");
  EXPECT_EQ(to_string(VersionState::cancelled), "cancelled");
}

}  // namespace
}  // namespace tenure::storage
