// Who may change whom, and acts that need a second person, through the verbs.
#include "people_fixture.h"

namespace tenure::daemon {
namespace {
namespace json = boost::json;

using testing::HasSubstr;

const json::array kManager{"practice-manager"};

class Users : public PeopleTest {
 protected:
  Asker owner() { return access_->identify(0, "uid 0 (root)", {}); }
  static json::object person(const std::string& name, json::array roles) {
    return {{"name", name}, {"display", "Somebody"}, {"roles", std::move(roles)}, {"password", kPassword}};
  }
};

TEST_F(Users, TheFirstIsMadeByTheOwnerAndIsAPracticeManager) {
  EXPECT_THAT(refusal(asker(), "user add", person("anna", kManager)).message(),
              HasSubstr("root or the daemon's own user"));
  EXPECT_THAT(refusal(owner(), "user add", person("anna", {"partner"})).message(),
              HasSubstr("first person must be a practice-manager"));
  EXPECT_THAT(refusal(owner(), "user add", person("anna", {"emperor"})).message(), HasSubstr("clinical-lead"));
  const auto made = ask(owner(), "user add", person("anna", kManager)).as_object();
  EXPECT_THAT(std::string(made.at("totp_uri").as_string()), testing::StartsWith("otpauth://totp/Tenure:anna?secret="));
  EXPECT_EQ(made.at("recovery_codes").as_array().size(), 10u);
  EXPECT_THAT(refusal(owner(), "user add", person("ben", kManager)).message(), HasSubstr("this needs a person"));
}

TEST_F(Users, WhatUserAddShowsLogsIn) {
  const auto made = ask(owner(), "user add", person("anna", kManager)).as_object();
  const std::string recovery(made.at("recovery_codes").as_array()[9].as_string());
  EXPECT_TRUE(asker(login("anna", kPassword, recovery)).session);
}

TEST_F(Users, TheLastPracticeManagerStays) {
  add("anna", {"practice-manager"});
  add("ben", {"practice-manager"});
  const auto anna = logged_in("anna");
  ask(anna, "user disable", {{"name", "ben"}, {"reason", "has left"}});
  EXPECT_THAT(refusal(anna, "user disable", {{"name", "anna"}, {"reason", "x"}}).message(),
              HasSubstr("last practice manager"));
  EXPECT_THAT(
      refusal(anna, "user role", {{"name", "anna"}, {"roles", json::array{"partner"}}, {"reason", "x"}}).message(),
      HasSubstr("last practice manager"));
  ask(anna, "user enable", {{"name", "ben"}, {"reason", "is back"}});
  EXPECT_NO_THROW(ask(anna, "user role", {{"name", "anna"}, {"roles", json::array{"partner"}}, {"reason", "retires"}}));
}

class BreakGlass : public Users {
 protected:
  BreakGlass() { add("anna", {"practice-manager"}); }
  Asker root() { return access_->identify(0, "uid 0 (root)", {}); }
  const json::object arguments{{"name", "anna"}, {"reason", "telephone and codes are lost"}};
};

TEST_F(BreakGlass, LetsTheOnlyManagerInWithTheOldPasswordAndTheNewCode) {
  const auto before = logged_in("anna");
  const auto old_code = code_of("anna");
  const auto given = ask(root(), "user break-glass", arguments).as_object();
  const auto secret = storage_->people().proof(storage_->people().find("anna")->id).totp;
  EXPECT_EQ(given.at("totp_secret").as_string(), to_base32(secret));
  const std::string recovery(given.at("recovery_codes").as_array().at(9).as_string());
  EXPECT_FALSE(asker(before.token).session) << "logins before it have ended";
  EXPECT_THROW(login("anna", kPassword, old_code), Error);
  EXPECT_TRUE(asker(login("anna", kPassword, totp_code(secret, totp_step(clock_.now())))).session);
  EXPECT_TRUE(asker(login("anna", kPassword, recovery)).session);
  EXPECT_THROW(login("anna", "whatever root would like", recovery), Error) << "root does not learn the password";
}

TEST_F(BreakGlass, IsForRootOnly) {
  add("ian", {"it-administrator"});
  EXPECT_THAT(refusal(asker(), "user break-glass", arguments).message(), HasSubstr("is not root"));
  EXPECT_THAT(refusal(logged_in("ian"), "user break-glass", arguments).message(), HasSubstr("is not root"));
  EXPECT_THAT(refusal(root(), "user break-glass", {{"name", "ian"}, {"reason", "x"}}).message(), HasSubstr("no practice manager"));
  EXPECT_THAT(refusal(root(), "user break-glass", {{"name", "anna"}, {"reason", " "}}).message(), HasSubstr("reason"));
}

TEST_F(BreakGlass, IsRefusedWhileAnotherManagerCanHelp) {
  add("ben", {"practice-manager"});
  EXPECT_THAT(refusal(root(), "user break-glass", arguments).message(), HasSubstr("ben can set a new code from within"));
  ask(logged_in("anna"), "user disable", {{"name", "ben"}, {"reason", "has left"}});
  EXPECT_NO_THROW(ask(root(), "user break-glass", arguments));
}

TEST_F(BreakGlass, IsInTheLedgerAndShownToEverybodyForAMonth) {
  EXPECT_TRUE(ask(asker(), "status").at("break_glass").as_array().empty());
  auto with_password = arguments;
  with_password["password"] = "another long password";
  ask(root(), "user break-glass", with_password);
  EXPECT_THAT(acts(), testing::Contains("uid 0 (root) break-glass"));
  EXPECT_EQ(storage_->catalogue().ledger(0, 1000).back().reason, "telephone and codes are lost");
  EXPECT_THROW(login("anna", kPassword, {}), Error);
  wait(std::chrono::days(30));
  const auto shown = ask(asker(), "status").at("break_glass").as_array();
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_EQ(shown[0].at("person").as_string(), "anna");
  EXPECT_TRUE(shown[0].at("password").as_bool());
  EXPECT_THAT(json::serialize(ask(asker(), "doctor")), HasSubstr("new second factor from outside"));
  wait(std::chrono::days(2));
  EXPECT_TRUE(ask(asker(), "status").at("break_glass").as_array().empty());
}

TEST_F(Users, ANameIsNeverUsedAgain) {
  add("anna", {"practice-manager"});
  add("ben", {"partner"});
  const auto anna = logged_in("anna");
  ask(anna, "user disable", {{"name", "ben"}, {"reason", "has left"}});
  EXPECT_THAT(refusal(anna, "user add", person("ben", {"partner"})).message(), HasSubstr("never used again"));
  for (const auto* name : {"tenured", "Anna", "a", "9lives", "uid 0 (root)", "x y", ""})
    EXPECT_EQ(wire::field_of(refusal(anna, "user add", person(name, {}))), "name") << name;
}

class ItAdministrator : public Users {
 protected:
  ItAdministrator() {
    add("anna", {"practice-manager"});
    add("ian", {"it-administrator"});
  }
  Asker ian() { return logged_in("ian"); }
};

TEST_F(ItAdministrator, MakesPeopleButGrantsNoRoleThatSeesRecordings) {
  for (const auto* role : {"practice-manager", "partner", "clinical-lead", "data-protection-officer", "front-desk"})
    EXPECT_THAT(refusal(ian(), "user add", person("ben", {role})).message(), HasSubstr("may not grant the role"))
        << role;
  EXPECT_NO_THROW(ask(ian(), "user add", person("ben", {})));
  EXPECT_THAT(
      refusal(ian(), "user role", {{"name", "ben"}, {"roles", json::array{"partner"}}, {"reason", "x"}}).message(),
      HasSubstr("may not grant"));
  EXPECT_THAT(refusal(ian(), "user role", {{"name", "ian"}, {"roles", kManager}, {"reason", "x"}}).message(),
              HasSubstr("may not grant"));
}

TEST_F(ItAdministrator, CannotTakeOverTheLoginOfSomebodyWhoSeesRecordings) {
  for (const auto* verb : {"user totp", "user recovery"})
    EXPECT_THAT(refusal(ian(), verb, {{"name", "anna"}}).message(), HasSubstr("may not change anna")) << verb;
  EXPECT_THAT(refusal(ian(), "user password", {{"name", "anna"}, {"password", kPassword}}).message(),
              HasSubstr("may not change anna"));
  EXPECT_THAT(refusal(ian(), "user role", {{"name", "anna"}, {"roles", json::array{}}, {"reason", "x"}}).message(),
              HasSubstr("may not change anna"));
}

TEST_F(ItAdministrator, CannotHandOutAnAccountWhosePasswordTheyKnow) {
  ask(ian(), "user add", person("ben", {}));
  const auto anna = logged_in("anna");
  const json::object grant{{"name", "ben"}, {"roles", json::array{"partner"}}, {"reason", "joins"}};
  EXPECT_THAT(refusal(anna, "user role", grant).message(), HasSubstr("ian set the password or the code"));
  // A change by the account itself proves nothing: ian may be the one who is logged in.
  ask(logged_in("ben"), "user password", {{"password", "another long password"}});
  EXPECT_THAT(refusal(anna, "user role", grant).message(), HasSubstr("ian set the password or the code"));
  ask(anna, "user password", {{"name", "ben"}, {"password", "another long password"}});
  EXPECT_THAT(refusal(anna, "user role", grant).message(), HasSubstr("ian set the password or the code"));
  ask(anna, "user totp", {{"name", "ben"}});
  EXPECT_EQ(ask(anna, "user role", grant).at("roles").as_array()[0].as_string(), "partner");
}

TEST_F(ItAdministrator, MayEndALeaversLoginButNotGiveItBack) {
  add("ben", {"partner"});
  EXPECT_NO_THROW(ask(ian(), "user disable", {{"name", "ben"}, {"reason", "has left"}}));
  EXPECT_THAT(refusal(ian(), "user enable", {{"name", "ben"}, {"reason", "x"}}).message(),
              HasSubstr("may not change ben"));
}

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
