// Who may change whom, through the verbs.
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
  EXPECT_THAT(refusal(asker({}, kStranger), "user add", person("anna", kManager)).message(),
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

TEST_F(ItAdministrator, IsNotAPracticeManagerByASecondRole) {
  add("rita", {"front-desk", "it-administrator"});
  add("ben", {});
  const auto rita = logged_in("rita");
  EXPECT_THAT(refusal(rita, "user role", {{"name", "rita"}, {"roles", kManager}, {"reason", "x"}}).message(), HasSubstr("may not grant"));
  EXPECT_THAT(refusal(rita, "user role", {{"name", "ben"}, {"roles", json::array{"front-desk"}}, {"reason", "x"}}).message(),
              HasSubstr("may not grant"));
  EXPECT_THAT(refusal(rita, "user totp", {{"name", "anna"}}).message(), HasSubstr("may not change anna"));
  // Nor by an account whose secrets they know, granted a role by others.
  ask(rita, "user add", person("yuri", {}));
  EXPECT_THAT(refusal(logged_in("anna"), "user role", {{"name", "yuri"}, {"roles", json::array{"partner"}}, {"reason", "joins"}}).message(),
              HasSubstr("rita set the password or the codes"));
}

TEST_F(ItAdministrator, KeepsNoCodeOfAnAccountThatSomebodyElseSetNewOnesFor) {
  const auto made = ask(ian(), "user add", person("yuri", {})).as_object();
  const std::string known(made.at("recovery_codes").as_array().at(0).as_string());
  const auto anna = logged_in("anna");
  const json::object grant{{"name", "yuri"}, {"roles", json::array{"partner"}}, {"reason", "joins"}};
  ask(anna, "user password", {{"name", "yuri"}, {"password", "another long password"}});
  // New recovery codes alone leave the authenticator's secret with who set it.
  ask(anna, "user recovery", {{"name", "yuri"}});
  EXPECT_THAT(refusal(anna, "user role", grant).message(), HasSubstr("ian set the password or the codes"));
  const auto given = ask(anna, "user totp", {{"name", "yuri"}}).as_object();
  EXPECT_EQ(given.at("recovery_codes").as_array().size(), 10u);
  EXPECT_NO_THROW(ask(anna, "user role", grant));
  EXPECT_THROW(login("yuri", "another long password", known), Error);
  EXPECT_NO_THROW(login("yuri", "another long password", std::string(given.at("recovery_codes").as_array().at(0).as_string())));
}

TEST_F(ItAdministrator, WhoWasShownTheRecoveryCodesCouldUseThem) {
  ask(logged_in("anna"), "user add", person("yuri", {}));
  ask(ian(), "user recovery", {{"name", "yuri"}});
  EXPECT_EQ(storage_->people().find("yuri")->totp_by, "anna");
  EXPECT_THAT(refusal(logged_in("anna"), "user role", {{"name", "yuri"}, {"roles", json::array{"partner"}}, {"reason", "joins"}}).message(),
              HasSubstr("ian set the password or the codes"));
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

TEST_F(ItAdministrator, EndsALeaversLoginOnceAPracticeManagerApprovedAndCannotGiveItBack) {
  add("ben", {"partner"});
  add("igor", {"it-administrator"});
  json::object leaves{{"name", "ben"}, {"reason", "has left"}};
  const auto asked = ask(ian(), "user disable", leaves);
  EXPECT_EQ(asked.at("state").as_string(), "waiting");
  EXPECT_TRUE(asked.at("approval").at("alone_from").is_null());
  EXPECT_FALSE(storage_->people().find("ben")->disabled_at);
  const auto id = asked.at("approval").at("id");
  leaves["approval"] = id;
  EXPECT_THAT(refusal(ian(), "user disable", leaves).message(), HasSubstr("waits for a second person"));
  EXPECT_THAT(refusal(logged_in("igor"), "approvals approve", {{"id", id}}).message(), HasSubstr("your roles do not allow"));
  ask(logged_in("anna"), "approvals approve", {{"id", id}});
  auto other = leaves;
  other["name"] = "anna";
  EXPECT_THAT(refusal(ian(), "user disable", other).message(), HasSubstr("is not for this"));
  EXPECT_NO_THROW(ask(ian(), "user disable", leaves));
  EXPECT_TRUE(storage_->people().find("ben")->disabled_at);
  EXPECT_NO_THROW(ask(ian(), "user disable", {{"name", "igor"}, {"reason", "has left"}})) << "who sees no recordings";
  EXPECT_THAT(refusal(ian(), "user enable", {{"name", "ben"}, {"reason", "x"}}).message(),
              HasSubstr("may not change ben"));
}

}  // namespace
}  // namespace tenure::daemon
