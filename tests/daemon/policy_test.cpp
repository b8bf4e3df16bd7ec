// Changes of policy through the verbs: who may, who must agree, and what the settings file proposes.
#include "daemon/client/render.h"
#include "people_fixture.h"

namespace tenure::daemon {
namespace {
namespace json = boost::json;

using testing::HasSubstr;

class PolicyVerbs : public PeopleTest {
 protected:
  PolicyVerbs() {
    add("anna", {"practice-manager"});
    add("ben", {"partner"});
    add("fred", {"front-desk"});
  }
  json::object preview(const char* period) {
    return ask(logged_in("anna"), "policy preview", {{"class", "cctv"}, {"period", period}}).as_array().at(0).as_object();
  }
  json::value token(const char* cls, const char* period, const char* anchor) {
    return ask(logged_in("anna"), "policy preview", {{"class", cls}, {"period", period}, {"anchor", anchor}}).at(0).at("preview");
  }
  static std::string text(const json::value& answer, const char* name) { return std::string(answer.at(name).as_string()); }
  std::string period_of_cctv() { return text(ask(logged_in("anna"), "policy show").at("classes").at(1), "period"); }
  void sweep() { storage_->sweeper().sweep(); }
};

TEST_F(PolicyVerbs, I10_AShorterPeriodGoesThroughPreviewSecondPersonAndADay) {
  const auto shown = preview("P14D");
  EXPECT_EQ(shown.at("effective_at").as_string(), "2026-03-05T14:00:00Z");
  json::object args{{"class", "cctv"}, {"period", "P14D"}, {"reason", "less is enough"}};
  EXPECT_EQ(wire::field_of(refusal(logged_in("anna"), "policy change", args)), "preview");
  args["preview"] = shown.at("preview");
  const auto asked = ask(logged_in("anna"), "policy change", args);
  EXPECT_EQ(text(asked, "state"), "waiting");
  EXPECT_EQ(text(asked.at("approval").at("subject"), "falls_due"), "0");
  EXPECT_EQ(text(asked.at("approval"), "what"),
            "Keep each recording of class cctv for 14 days from its end instead of 28 days from its end, from 2026-03-05T14:00:00Z on;"
            " what is there already, no longer than it was promised."
            " No recording that is kept now falls due then because of it.");
  EXPECT_EQ(text(asked.at("approval").at("subject"), "preview"), text(shown, "preview"));
  args["approval"] = asked.at("approval").at("id");
  EXPECT_THAT(refusal(logged_in("anna"), "policy change", args).message(), HasSubstr("waits for a second person"));
  ask(logged_in("ben"), "approvals approve", {{"id", asked.at("approval").at("id")}});
  auto other = args;
  other["period"] = "P13D";
  EXPECT_THAT(refusal(logged_in("anna"), "policy change", other).message(), HasSubstr("not for this"));
  EXPECT_EQ(text(ask(logged_in("anna"), "policy change", args), "state"), "waiting");
  const auto waits = ask(asker(), "status").at("policy_waiting").as_array();
  ASSERT_EQ(waits.size(), 1u);
  EXPECT_EQ(json::serialize(waits.at(0)), R"({"class":"cctv","period":"P14D","effective_at":"2026-03-05T14:00:00Z"})") << "not who asked and why";
  wait(std::chrono::hours(71));
  sweep();
  EXPECT_EQ(period_of_cctv(), "P28D");
  wait(std::chrono::hours(1));
  sweep();
  EXPECT_EQ(period_of_cctv(), "P14D");
  EXPECT_TRUE(ask(logged_in("anna"), "status").at("policy_waiting").as_array().empty());
}

TEST_F(PolicyVerbs, I10_OnePersonTakesAChangeBackBeforeItTakesEffect) {
  const auto shown = preview("P14D");
  const json::object args{{"class", "cctv"}, {"period", "P14D"}, {"preview", shown.at("preview")}, {"reason", "x"}};
  const auto id = ask(logged_in("anna"), "policy change", args).at("approval").at("id");
  ask(logged_in("ben"), "approvals approve", {{"id", id}});
  ask(logged_in("anna"), "policy change", {{"approval", id}});
  EXPECT_EQ(refusal(logged_in("fred"), "policy cancel", {{"class", "cctv"}, {"reason", "no"}}).kind(), ErrorKind::refused);
  EXPECT_EQ(text(ask(logged_in("ben"), "policy cancel", {{"class", "cctv"}, {"reason", "no"}}), "state"), "cancelled");
  wait(std::chrono::hours(80));
  sweep();
  EXPECT_EQ(period_of_cctv(), "P28D");
}

TEST_F(PolicyVerbs, I10_ALongerPeriodNeedsASecondPersonWhereTheRightsSaySoAndNoNotice) {
  const auto id = ask(logged_in("anna"), "policy change", {{"class", "cctv"}, {"period", "P31D"}, {"reason", "police"}}).at("approval").at("id");
  EXPECT_THAT(refusal(logged_in("anna"), "policy change", {{"approval", id}, {"period", "P40D"}}).message(),
              testing::AllOf(HasSubstr("period was \"P31D\" when it was asked, and is \"P40D\" now"), testing::Not(HasSubstr("{"))));
  ask(logged_in("ben"), "approvals approve", {{"id", id}});
  ask(logged_in("anna"), "policy change", {{"approval", id}});
  sweep();
  EXPECT_EQ(period_of_cctv(), "P31D");
}

TEST_F(PolicyVerbs, I10_ALongerPeriodTakesEffectAtTheTimeThatItsPreviewNames) {
  json::object args{{"class", "cctv"}, {"period", "P35D"}};
  const auto at_once = client::render("policy preview", ask(logged_in("anna"), "policy preview", args));
  EXPECT_THAT(at_once, testing::AllOf(HasSubstr("lengthens: takes effect as soon as it is changed, for what is recorded from then on"),
                                      testing::Not(HasSubstr("--preview"))));
  args["effective"] = "2026-03-10T08:00:00Z";
  const auto shown = ask(logged_in("anna"), "policy preview", args);
  const auto name = text(shown.at(0), "preview");
  EXPECT_THAT(client::render("policy preview", shown),
              testing::AllOf(HasSubstr("lengthens: takes effect at 2026-03-10T08:00:00Z, for what is recorded from then on"),
                             HasSubstr("policy change cctv --period P35D --anchor capture_end --preview " + name + " --reason")));
  args.erase("effective");
  args["preview"] = name;
  args["reason"] = "the police asked";
  const auto id = ask(logged_in("anna"), "policy change", args).at("approval").at("id");
  ask(logged_in("ben"), "approvals approve", {{"id", id}});
  const auto changed = ask(logged_in("anna"), "policy change", {{"approval", id}});
  EXPECT_EQ(text(changed, "effective_at"), "2026-03-10T08:00:00Z");
  EXPECT_THAT(client::render("policy change", changed), HasSubstr("at 2026-03-10T08:00:00Z; until then: tenure policy cancel cctv"));
  wait(std::chrono::hours(24 * 7));
  sweep();
  EXPECT_EQ(period_of_cctv(), "P28D");
  wait(std::chrono::hours(24));
  sweep();
  EXPECT_EQ(period_of_cctv(), "P35D");
}

TEST_F(PolicyVerbs, I10_ARequestForALongerPeriodPromisesNothingForWhatIsThere) {
  const auto words = [this](const char* cls, const char* period, const char* anchor) {
    const json::object args{{"class", cls}, {"period", period}, {"anchor", anchor}, {"preview", token(cls, period, anchor)}, {"reason", "police"}};
    return text(ask(logged_in("anna"), "policy change", args).at("approval"), "what");
  };
  EXPECT_EQ(words("cctv", "P31D", "capture_end"),
            "Keep what is recorded of class cctv once this is in force, from 2026-03-02T14:00:00Z at the earliest, for 31 days from its end"
            " instead of 28 days from its end. What is there by then is kept no longer than it was promised.");
  // A month may be shorter than 28 days from the other anchor: each recording ends by whichever is earlier.
  EXPECT_THAT(words("cctv", "P1M", "capture_start"), testing::AllOf(HasSubstr("Keep each recording of class cctv for 1 month from its start"),
                                                                     HasSubstr("; what is there already, no longer than it was promised.")));
}

// Where nobody else could approve: a day that stands for the second person, then the day that a shorter period waits.
TEST_F(PeopleTest, I10_AShorterPeriodThatCouldNotBeUsedInTimeIsRefusedAtOnce) {
  add("anna", {"practice-manager"});
  const auto asked_for = [this](const char* effective) {
    json::object args{{"class", "cctv"}, {"period", "P14D"}};
    args["effective"] = effective;
    args["preview"] = ask(logged_in("anna"), "policy preview", args).at(0).at("preview");
    args.erase("effective");
    args["reason"] = "less is enough";
    return args;
  };
  EXPECT_THAT(refusal(logged_in("anna"), "policy change", asked_for("2026-03-03T16:00:00Z")).message(),
              HasSubstr("it would wait until 2026-03-03T14:00:00Z, and a shorter period takes effect 24 hours after that at the "
                        "earliest: preview it again, with --effective 2026-03-04T15:00:00Z or later."));
  EXPECT_EQ(ask(logged_in("anna"), "approvals list").at(0).at("state").as_string(), "refused") << "none is left waiting";
  EXPECT_EQ(ask(logged_in("anna"), "policy change", asked_for("2026-03-04T15:00:00Z")).at("state").as_string(), "waiting");
}

TEST_F(PolicyVerbs, I10_TheSettingsFileProposesAndFromSettingsTakesItUp) {
  EXPECT_EQ(refusal(logged_in("anna"), "policy preview", {{"from_settings", true}}).kind(), ErrorKind::not_found);
  use_settings("[[class]]\nname = \"cctv\"\nperiod = \"P14D\"\n");
  const auto shown = ask(logged_in("anna"), "policy show");
  ASSERT_EQ(shown.at("proposals").as_array().size(), 1u);
  EXPECT_THAT(std::string(shown.at("proposals").at(0).as_string()), HasSubstr("--from-settings"));
  const auto preview = ask(logged_in("anna"), "policy preview", {{"from_settings", true}}).at(0);
  EXPECT_EQ(text(preview, "period"), "P14D");
  const auto asked = ask(logged_in("anna"), "policy change", {{"from_settings", true}, {"preview", preview.at("preview")}, {"reason", "as set"}});
  EXPECT_EQ(text(asked.at("approval").at("subject"), "period"), "P14D");
  EXPECT_EQ(period_of_cctv(), "P28D");
}

TEST_F(PolicyVerbs, I10_ZeroEmptyAndNegativePeriodsAreRefusedByName) {
  for (const auto* period : {"", "P0D", "-P1D", "P-1D", "28", "PT5M", "P101Y"})
    EXPECT_EQ(wire::field_of(refusal(logged_in("anna"), "policy preview", {{"class", "cctv"}, {"period", period}})), "period") << period;
  EXPECT_EQ(wire::field_of(refusal(logged_in("anna"), "policy preview", {{"class", "cctf"}, {"period", "P1D"}})), "class");
}

}  // namespace
}  // namespace tenure::daemon
