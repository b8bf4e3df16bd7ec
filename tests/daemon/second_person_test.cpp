// Acts that need a second person, through the verbs.
#include "daemon/control/permit.h"
#include "people_fixture.h"
#include "storage/catalogue/catalogue_state.h"

namespace tenure::daemon {
namespace {
namespace json = boost::json;

using testing::HasSubstr;

class SecondPerson : public PeopleTest {
 protected:
  SecondPerson() {
    add("anna", {"practice-manager"});
    hold_ = std::string(ask(logged_in("anna"), "hold add",
                            {{"numbers", json::array{"07700 900123"}},
                             {"reason", "claim"},
                             {"authority", "practice manager"},
                             {"review", "2026-12-01"}})
                            .at("id")
                            .as_string());
  }
  json::object release(const std::string& approval = {}) const {
    json::object args{{"id", hold_}, {"reason", "settled"}};
    if (!approval.empty()) args["approval"] = approval;
    return args;
  }
  std::string ask_for_release() {
    return std::string(ask(logged_in("anna"), "hold release", release()).at("approval").at("id").as_string());
  }
  std::string state() {
    return std::string(ask(logged_in("anna"), "hold show", {{"id", hold_}}).at("state").as_string());
  }
  std::string hold_;
};

TEST_F(SecondPerson, APracticeManagersReleaseOfAHoldWaitsForAnother) {
  add("ben", {"partner"});
  const auto asked = ask(logged_in("anna"), "hold release", release());
  EXPECT_EQ(asked.at("state").as_string(), "waiting");
  EXPECT_TRUE(asked.at("approval").at("alone_from").is_null());
  const std::string id(asked.at("approval").at("id").as_string());
  EXPECT_EQ(state(), "active");
  EXPECT_THAT(refusal(logged_in("anna"), "hold release", release(id)).message(),
              HasSubstr("tenure approvals approve " + id));
  EXPECT_THAT(refusal(logged_in("anna"), "approvals approve", {{"id", id}}).message(), HasSubstr("somebody else"));
  EXPECT_EQ(ask(logged_in("ben"), "approvals approve", {{"id", id}}).at("decided_by").as_string(), "ben");
  EXPECT_EQ(ask(logged_in("anna"), "hold release", release(id)).at("state").as_string(), "releasing");
  EXPECT_THAT(refusal(logged_in("anna"), "hold release", release(id)).message(), HasSubstr("already releasing"));
}

TEST_F(SecondPerson, WhoDecidesReadsInWordsWhoAsksAndWhatWouldHappen) {
  add("ben", {"partner"});
  const auto id = ask_for_release();
  const auto shown = ask(logged_in("ben"), "approvals show", {{"id", id}});
  EXPECT_EQ(shown.at("asked_by_name").as_string(), "anna of the practice (anna)");
  const std::string hold = "Release the hold for \"claim\" (authority: practice manager; placed 2026-03-02T14:00:00Z by anna of the practice (anna)).";
  EXPECT_EQ(shown.at("what").as_string(), hold + " The calls it keeps are told to who may find calls only."
                                                 " It counts for another 24 hours; then what is past its time is deleted.");
  const auto to_manager = ask(logged_in("anna"), "approvals show", {{"id", id}});
  EXPECT_THAT(std::string(to_manager.at("what").as_string()), HasSubstr(hold + " It keeps no recording at this moment."));
  const auto listed = ask(logged_in("ben"), "approvals list");
  EXPECT_THAT(std::string(listed.at(0).at("what").as_string()), HasSubstr(hold));
}

TEST_F(SecondPerson, WhatWasApprovedForOneReasonIsNotDoneForAnother) {
  add("ben", {"partner"});
  const auto id = ask_for_release();
  ask(logged_in("ben"), "approvals approve", {{"id", id}});
  auto other = release(id);
  other["reason"] = "it is in the way";
  const auto refused = refusal(logged_in("anna"), "hold release", other);
  EXPECT_EQ(refused.kind(), ErrorKind::refused);
  EXPECT_THAT(refused.message(), testing::AllOf(HasSubstr("\"settled\""), HasSubstr("\"it is in the way\"")));
  EXPECT_EQ(state(), "active");
  EXPECT_EQ(ask(logged_in("anna"), "hold release", release(id)).at("state").as_string(), "releasing");
}

TEST_F(SecondPerson, WhatALoginRemembersDoesNotReplaceTheReasonThatWasApproved) {
  add("ben", {"partner"});
  const auto ben = logged_in("ben");
  const json::object span{{"source", "door"}, {"from", "2026-03-02T13:50:00Z"}, {"to", "2026-03-02T14:00:00Z"}};
  const auto with = [&](const char* name, const std::string& text) {
    auto args = span;
    args[name] = text;
    return args;
  };
  const std::string id(ask(ben, "export native", with("reason", "a fall")).at("approval").at("id").as_string());
  ask(logged_in("anna"), "approvals approve", {{"id", id}});
  auto other = with("approval", id);
  other["reason"] = "curiosity";
  EXPECT_THAT(refusal(ben, "export native", other).message(), HasSubstr("\"curiosity\""));
  EXPECT_THAT(refusal(asker(ben.token), "export native", with("approval", id)).message(), HasSubstr("no recording"));
}

TEST_F(SecondPerson, OnlyARoleWithTheSameRightApproves) {
  add("clare", {"clinical-lead"});
  add("ian", {"it-administrator"});
  add("dora", {"data-protection-officer"});
  const auto id = ask_for_release();
  for (const auto* name : {"clare", "ian"})
    EXPECT_THAT(refusal(logged_in(name), "approvals approve", {{"id", id}}).message(),
                HasSubstr("your roles do not allow"))
        << name;
  EXPECT_NO_THROW(ask(logged_in("dora"), "approvals approve", {{"id", id}}));
}

TEST_F(SecondPerson, WhereThereIsNoneADayStandsIn) {
  add("clare", {"clinical-lead"});  // may not release, so is none
  const auto asked = ask(logged_in("anna"), "hold release", release());
  EXPECT_EQ(asked.at("approval").at("alone_from").as_string(), "2026-03-03T14:00:00Z");
  const std::string id(asked.at("approval").at("id").as_string());
  wait(std::chrono::hours(23));
  EXPECT_THAT(refusal(logged_in("anna"), "hold release", release(id)).message(), HasSubstr("stands alone from"));
  wait(std::chrono::hours(1));
  EXPECT_EQ(ask(logged_in("anna"), "hold release", release(id)).at("state").as_string(), "releasing");
}

TEST_F(SecondPerson, ADelayIsNotHadByEndingALoginForTheMomentOfAsking) {
  add("ben", {"partner"});
  ask(logged_in("anna"), "user disable", {{"name", "ben"}, {"reason", "x"}});
  const auto asked = ask(logged_in("anna"), "hold release", release());
  EXPECT_THAT(std::string(asked.at("approval").at("note").as_string()), HasSubstr("within 7 days before: ben"));
  EXPECT_THAT(storage_->catalogue().ledger(0, 1000).back().subject, HasSubstr("ben"));
  ask(logged_in("anna"), "user enable", {{"name", "ben"}, {"reason", "x"}});
  wait(std::chrono::hours(25));
  const std::string id(asked.at("approval").at("id").as_string());
  EXPECT_THAT(refusal(logged_in("anna"), "hold release", release(id)).message(), HasSubstr("by now there is one who could approve it"));
  EXPECT_EQ(state(), "active");
  ask(logged_in("ben"), "approvals approve", {{"id", id}});
  EXPECT_EQ(ask(logged_in("anna"), "hold release", release(id)).at("state").as_string(), "releasing");
}

TEST_F(SecondPerson, WhoseSecretsTheAskerSetIsNamedAsSuch) {
  ask(logged_in("anna"), "user add", {{"name", "ben"}, {"display", "B"}, {"roles", json::array{"partner"}}, {"password", "another long password"}});
  const auto id = ask_for_release();
  const auto approved = ask(logged_in("ben"), "approvals approve", {{"id", id}});
  EXPECT_EQ(approved.at("note").as_string(), "anna, who asked, had set password, code, recovery codes of ben, who approved");
  const auto entry = storage_->catalogue().ledger(0, 1000).back();
  EXPECT_EQ(entry.act, "approval-approve");
  EXPECT_THAT(entry.subject, HasSubstr("anna, who asked, had set password, code, recovery codes of ben"));
  add("clara", {"partner"});
  const auto second = ask_for_release();
  EXPECT_EQ(ask(logged_in("clara"), "approvals approve", {{"id", second}}).at("note").as_string(), "");
}

TEST_F(SecondPerson, I11_AnApprovedSweepIsOfTheQuestionThatWasAsked) {
  add("ben", {"partner"});
  const json::object args{{"class", "cctv"}, {"reason", "the box was off"}};
  EXPECT_EQ(refusal(logged_in("anna"), "sweep approve", args).kind(), ErrorKind::not_found) << "nothing waits, so nobody is asked";
  const auto question = [this, then = clock_.now()](int segments) {
    storage_->catalogue().write([&](storage::Catalogue::Transaction& transaction) {
      transaction.db.run("INSERT OR REPLACE INTO sweep_question VALUES('main', 'cctv', ?1, ?1, ?2, 400, 'a test', NULL)", then, segments);
    });
  };
  question(30);
  const auto asked = ask(logged_in("anna"), "sweep approve", args).at("approval");
  EXPECT_EQ(asked.at("subject").at("recordings").as_string(), "30 in vault main, due by 2026-03-02T14:00:00Z");
  EXPECT_EQ(asked.at("what").as_string(), "Let the sweep delete what it stopped and asked about, of class cctv: "
                                          "30 in vault main, due by 2026-03-02T14:00:00Z.");
  EXPECT_EQ(ask(logged_in("ben"), "approvals list").at(0).at("amount").as_string(), "30 in vault main, due by 2026-03-02T14:00:00Z");
  ask(logged_in("ben"), "approvals approve", {{"id", asked.at("id")}});
  auto approved = args;
  approved["approval"] = asked.at("id");
  question(300);
  EXPECT_THAT(refusal(logged_in("anna"), "sweep approve", approved).message(), HasSubstr("is not for this"));
  question(30);
  EXPECT_TRUE(ask(logged_in("anna"), "sweep approve", approved).at("approved").as_bool());
}

TEST_F(SecondPerson, SecretsNeverStandInWhatIsApproved) {
  const Args none({}, "Europe/London", clock_.now());
  EXPECT_EQ(subject_of_args({{"name", "ben"}, {"password", kPassword}, {"code", "123456"}}, none), R"({"name":"ben"})");
}

TEST_F(SecondPerson, WhoApprovesARedactedExportSeesWhatKindOfPlanItIs) {
  const Args none({}, "Europe/London", clock_.now());
  const std::string plan = R"({"source": "door", "mode": "cover", "fill": "solid", "tracks": []})";
  EXPECT_THAT(subject_of_args({{"plan", plan}}, none), HasSubstr("mode cover, tracks: 0, muted spans: 0, sha256:"));
  EXPECT_THAT(subject_of_args({{"plan", plan + " "}}, none), testing::Ne(subject_of_args({{"plan", plan}}, none)));
}

TEST_F(SecondPerson, WhereNobodyCouldBeAskedARightWithASecondPersonIsNotEnough) {
  add("ian", {"it-administrator"});
  settings_ = [&] {  // as no settings file may say it any more
    auto changed = std::make_shared<config::Settings>(*settings_);
    changed->access.rights = {{Role::it_administrator, Action::people, Grant::second_person},
                              {Role::practice_manager, Action::find_calls, Grant::second_person}};
    return changed;
  }();
  access_->adopt_settings();
  add("ben", {});
  EXPECT_THAT(refusal(logged_in("ian"), "user totp", {{"name", "ben"}}).message(), HasSubstr("is not enough"));
  EXPECT_THAT(refusal(logged_in("anna"), "hold preview", {{"numbers", json::array{"07700 900123"}}, {"reason", "r"}, {"authority", "a"}, {"review", "2026-12-01"}}).message(),
              HasSubstr("is not enough"));
}

TEST_F(SecondPerson, I9_OneWhoMayReleaseTakesAReleaseBackAlone) {
  add("ben", {"partner"});
  add("clare", {"clinical-lead"});
  const auto id = ask_for_release();
  ask(logged_in("ben"), "approvals approve", {{"id", id}});
  ask(logged_in("anna"), "hold release", release(id));
  EXPECT_EQ(refusal(logged_in("clare"), "hold keep", release()).kind(), ErrorKind::refused);
  EXPECT_EQ(ask(logged_in("ben"), "hold keep", release()).at("state").as_string(), "active");
  EXPECT_EQ(state(), "active");
}

TEST_F(SecondPerson, I7_AHoldWithoutAnEndIsToldWithItsForecast) {
  const json::object args{{"spans", json::array{json::object{{"source", "door"}, {"from", "now"}}}}, {"reason", "incident"},
                          {"authority", "practice manager"}, {"review", "2026-12-01"}};
  const auto foretold = ask(logged_in("anna"), "hold preview", args);
  EXPECT_EQ(foretold.at("state").as_string(), "preview");
  EXPECT_FALSE(foretold.as_object().contains("id"));
  EXPECT_TRUE(foretold.at("spans").at(0).at("to").is_null());
  EXPECT_TRUE(foretold.at("forecast").at("estimated").as_bool());
  EXPECT_GT(foretold.at("forecast").at("bytes_per_day").as_double(), 0);
  EXPECT_TRUE(foretold.at("forecast").at("grows_until").is_null());
  EXPECT_EQ(ask(logged_in("anna"), "hold list").as_array().size(), 1u) << "only the one that was there";
  EXPECT_EQ(ask(logged_in("anna"), "hold add", args).at("forecast").at("after").as_array().size(), 1u);
  EXPECT_EQ(ask(logged_in("anna"), "status").at("holds").at("without_end").to_number<int>(), 1);
}

TEST_F(SecondPerson, NobodyIsAskedAboutAHoldThatIsNotThere) {
  const auto missing = HoldId::make(clock_.now()).text();
  EXPECT_EQ(refusal(logged_in("anna"), "hold release", {{"id", missing}, {"reason", "x"}}).kind(),
            ErrorKind::not_found);
  EXPECT_TRUE(ask(logged_in("anna"), "approvals list").as_array().empty());
}

TEST_F(SecondPerson, APartnersExportIsBoundToTheVeryTimesThatWereApproved) {
  add("ben", {"partner"});
  const json::object span{{"source", "door"}, {"from", "-10m"}, {"to", "now"}, {"reason", "a fall"}};
  const auto asked = ask(logged_in("ben"), "export native", span);
  EXPECT_EQ(asked.at("approval").at("subject").at("from").as_string(), "2026-03-02T13:50:00Z");
  EXPECT_EQ(asked.at("approval").at("what").as_string(),
            "Hand out the footage of door from 2026-03-02T13:50:00Z to 2026-03-02T14:00:00Z: 0 recordings (0 B), as it was recorded.");
  const std::string id(asked.at("approval").at("id").as_string());
  ask(logged_in("anna"), "approvals approve", {{"id", id}});
  wait(std::chrono::minutes(1));
  auto later = span;
  later["approval"] = id;
  EXPECT_THAT(refusal(logged_in("ben"), "export native", later).message(), HasSubstr("is not for this"));
  const json::object exact{{"source", "door"},
                           {"from", "2026-03-02T13:50:00Z"},
                           {"to", "2026-03-02T14:00:00Z"},
                           {"approval", id},
                           {"reason", "a fall"}};
  EXPECT_THAT(refusal(logged_in("ben"), "export native", exact).message(), HasSubstr("no recording"));
  EXPECT_THAT(refusal(logged_in("ben"), "export native", exact).message(), HasSubstr("is used"));
}

}  // namespace
}  // namespace tenure::daemon
