// Proving who one is: passwords, codes, back-off, sessions, a fresh code for what weighs most.
#include <unistd.h>

#include <functional>
#include <set>

#include "daemon/access/password.h"
#include "people_fixture.h"

namespace tenure::daemon {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

std::string refused(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.message();
  }
  return "it was allowed";
}

TEST(Totp, GivesTheCodesOfRfc6238) {
  const std::string secret = "12345678901234567890";
  const std::vector<std::pair<std::int64_t, std::string>> vectors{{59, "287082"},         {1111111109, "081804"},
                                                                  {1111111111, "050471"}, {1234567890, "005924"},
                                                                  {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [seconds, code] : vectors)
    EXPECT_EQ(totp_code(as_view(secret), totp_step(Instant(Seconds(seconds)))), code) << seconds;
}

TEST(Totp, TakesOneStepEitherSideAndNoneTwice) {
  const Blob secret(20, 7);
  const Instant now(Seconds(1'800'000'000));
  const auto step = totp_step(now);
  for (const auto offset : {-1, 0, 1})
    EXPECT_EQ(match_totp(secret, totp_code(secret, step + offset), now, 0), step + offset);
  for (const auto offset : {-2, 2}) EXPECT_FALSE(match_totp(secret, totp_code(secret, step + offset), now, 0));
  EXPECT_FALSE(match_totp(secret, totp_code(secret, step), now, step));
  EXPECT_FALSE(match_totp(secret, totp_code(secret, step - 1), now, step));
  EXPECT_TRUE(match_totp(secret, totp_code(secret, step + 1), now, step));
  for (const auto* wrong : {"", "12345", "1234567", "abcdef"}) EXPECT_FALSE(match_totp(secret, wrong, now, 0)) << wrong;
}

TEST(Totp, WritesWhatAnAuthenticatorReads) {
  const std::string secret = "12345678901234567890";
  EXPECT_EQ(to_base32(as_view(secret)), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  EXPECT_EQ(to_base32(as_view("f")), "MY");
  EXPECT_EQ(totp_uri(as_view(secret), "anna", "The Surgery"),
            "otpauth://totp/"
            "The%20Surgery:anna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=The%20Surgery&algorithm=SHA1&digits=6&"
            "period=30");
}

TEST(RecoveryCodes, AreTenAllDifferentAndReadHoweverTheyAreTyped) {
  const auto codes = new_recovery_codes();
  EXPECT_EQ(std::set<std::string>(codes.begin(), codes.end()).size(), 10u);
  EXPECT_EQ(recovery_code_form("ABCD-efgh ijkl-2345"), "abcdefghijkl2345");
  for (const auto& code : codes) EXPECT_TRUE(recovery_code_form(code)) << code;
  for (const auto* wrong : {"", "123456", "abcd-efgh-ijkl-0189", "abcd-efgh-ijkl-2345-abcd"})
    EXPECT_FALSE(recovery_code_form(wrong)) << wrong;
}

TEST(Passwords, AreArgon2idOf64MebibytesWithASaltOfTheirOwn) {
  const auto first = hash_password("correct horse battery"), second = hash_password("correct horse battery");
  EXPECT_THAT(first, testing::StartsWith("$argon2id$v=19$m=65536,t=3,p=1$"));
  EXPECT_NE(first, second);
  EXPECT_TRUE(is_password("correct horse battery", first));
  EXPECT_FALSE(is_password("correct horse batterz", first));
  EXPECT_FALSE(is_password("", first));
  EXPECT_FALSE(is_password("nobody's password", ""));
  EXPECT_FALSE(is_password(std::string(100'000, 'a'), first));
}

TEST(Passwords, AreRefusedWhenTheyAreGuessedFirst) {
  const auto check = [](const std::string& password) { check_new_password(password, "anna", "Anna Example-Lindqvist"); };
  for (const auto* good : {"twelve chars", "zwölf Zeichen", "correct horse battery", "another long password", "k7#mQ2!vX9pLw4", "winter purple ladder"})
    EXPECT_NO_THROW(check(good)) << good;
  for (const auto* common : {"password1234", "P@ssw0rd2024!", "passwordpassword", "Pa$$w0rd!!!!", "2024password!!", "letmein123456", "qwertyuiop12", "qwertyuiopasdf",
                             "1q2w3e4r5t6y", "Reception2026", "dentalsurgery1", "Summer-Winter-7", "$urgery12345", "iloveyou2026", "liverpoolliverpool",
                             "abcdefghijkl", "aaaaaabbbbbb", "837462918374", "Tenure!!!!!!", "11 22 33 44 55"})
    EXPECT_THAT(refused([&] { check(common); }), HasSubstr("among the first that are guessed")) << common;
  EXPECT_THAT(refused([&] { check("an Annapurna walk"); }), HasSubstr("holds the login name"));
  EXPECT_THAT(refused([&] { check("tall LINDQVIST trees"); }), HasSubstr("word of the person's name"));
  for (const auto& wrong : {std::string("short"), std::string("elevenchars"), std::string(257, 'x') + "y",
                            std::string(20, 'x'), std::string("anna and others"), std::string("with a\nnew line")})
    EXPECT_THROW(check(wrong), Error) << wrong;
}

TEST(BackOff, BeginsAfterSomeTriesDoublesAndEnds) {
  EXPECT_EQ(slowed_by(2, 3, minutes(5)), Duration::zero());
  EXPECT_EQ(slowed_by(3, 3, minutes(5)), Seconds(1));
  EXPECT_EQ(slowed_by(6, 3, minutes(5)), Seconds(8));
  EXPECT_EQ(slowed_by(1'000'000, 3, minutes(5)), minutes(5));
}

TEST(BackOff, NeverLastsLongerThanTheWholeWhateverTheClockDid) {
  const auto now = *parse_rfc3339("2026-03-02T14:00:00Z");
  EXPECT_EQ(left_of(Seconds(8), now - Seconds(3), now), Seconds(5));
  EXPECT_EQ(left_of(Seconds(8), now - Seconds(30), now), Duration::zero());
  EXPECT_EQ(left_of(Seconds(8), now + std::chrono::days(300), now), Seconds(8)) << "a restore that lost the time";
  EXPECT_EQ(left_of(Duration::zero(), now + std::chrono::days(300), now), Duration::zero()) << "a typing error long made good";
}

class Login : public PeopleTest {
 protected:
  Login() { add("anna", {"practice-manager"}); }
};

TEST_F(Login, NeedsNameAndPasswordAndCodeAndSaysTheSameOfEach) {
  const auto wrong_name = refused([&] { login("nobody", kPassword, "123456"); });
  EXPECT_THAT(wrong_name, HasSubstr("the name, the password or the code is wrong"));
  EXPECT_EQ(refused([&] { login("anna", "wrong horse battery"); }), wrong_name);
  EXPECT_EQ(refused([&] { login("anna", kPassword, "000000"); }), wrong_name);
  wait(Seconds(1));
  const auto who = asker(login("anna"));
  EXPECT_EQ(who.actor.name, "anna");
  EXPECT_EQ(who.actor.roles, std::vector<std::string>{"practice-manager"});
  EXPECT_THAT(acts(), testing::ElementsAre("uid 0 (root) person-add", "tenured login-failed", "tenured login-failed",
                                           "tenured login-failed", "anna login"));
}

TEST_F(Login, FailuresNeverPutWhatWasTypedIntoTheLedger) {
  refused([&] { access_->login(kUid, {"hunter2-my-password", "secret words typed", "999999", {}, {}}); });
  refused([&] { login("anna", "secret words typed"); });
  for (const auto& entry : storage_->catalogue().ledger(0, 100)) {
    EXPECT_THAT(entry.subject + entry.reason, testing::Not(HasSubstr("hunter2")));
    EXPECT_THAT(entry.subject + entry.reason, testing::Not(HasSubstr("secret words")));
    EXPECT_THAT(entry.subject + entry.reason, testing::Not(HasSubstr("999999")));
  }
}

TEST_F(Login, ACodeCountsOnce) {
  const auto code = code_of("anna");
  login("anna", kPassword, code);
  EXPECT_THAT(refused([&] { login("anna", kPassword, code); }), HasSubstr("wrong"));
  wait(Seconds(30));
  EXPECT_NO_THROW(login("anna"));
}

TEST_F(Login, ARecoveryCodeCountsOnceAndStandsInForTheTelephone) {
  const auto codes = new_recovery_codes();
  const auto anna = *storage_->people().find("anna");
  storage_->people().set_recovery(anna.id, {*recovery_code_form(codes[0]), *recovery_code_form(codes[1])},
                                  anna.actor());
  EXPECT_NO_THROW(login("anna", kPassword, codes[0]));
  EXPECT_THAT(refused([&] { login("anna", kPassword, codes[0]); }), HasSubstr("wrong"));
  EXPECT_EQ(storage_->people().find("anna")->recovery_left, 1u);
  EXPECT_EQ(acts().back(), "tenured login-failed");
}

TEST_F(Login, FailuresSlowTheNextTryDownDurablyAndSuccessForgetsThem) {
  for (int i = 0; i < 3; ++i) refused([&] { login("anna", "wrong horse battery"); });
  EXPECT_THAT(refused([&] { login("anna"); }), HasSubstr("try again in 1 s"));
  wait(Seconds(1));
  refused([&] { login("anna", "wrong horse battery"); });
  Access after_a_restart(*storage_, clock_, [this] { return settings_; }, action_of);
  EXPECT_THAT(refused([&] { after_a_restart.login(kUid + 1, {"anna", kPassword, code_of("anna"), {}, {}}); }),
              HasSubstr("try again in 2 s"));
  wait(Seconds(2));
  EXPECT_NO_THROW(login("anna"));
  EXPECT_EQ(storage_->sessions().failures_of(storage_->people().find("anna")->id).count, 0u);
}

TEST_F(Login, AUnixUserWhoGuessesNamesIsSlowedDownToo) {
  for (int i = 0; i < 3; ++i) refused([&] { login("nobody", kPassword, "123456"); });
  EXPECT_THAT(refused([&] { login("somebody-else", kPassword, "123456"); }), HasSubstr("too many failed logins"));
  EXPECT_NO_THROW(access_->login(kUid + 1, {"anna", kPassword, code_of("anna"), {}, {}}));
}

TEST_F(Login, HowSoonATryIsSlowedDownDoesNotTellANameThatThereIsFromOneThatThereIsNot) {
  const auto said = [&](const std::string& name, uid_t uid) {
    std::string all;
    for (int i = 0; i < 6; ++i) all += refused([&] { access_->login(uid, {name, "wrong horse battery", "123456", {}, {}}); }) + "\n";
    return all;
  };
  EXPECT_EQ(said("anna", kUid), said("nobody", kUid + 1));
}

TEST_F(Login, ASessionEndsWhenIdleAndAfterItsLongest) {
  auto idle = login("anna");
  wait(minutes(29));
  EXPECT_TRUE(asker(idle).session);
  wait(minutes(29));
  EXPECT_TRUE(asker(idle).session);
  wait(minutes(30));
  EXPECT_FALSE(asker(idle).session);
  EXPECT_THAT(refusal(asker(idle), "hold list").message(),
              HasSubstr("your login has ended; log in: tenure login NAME"));
  const auto busy = login("anna");
  for (int i = 0; i < 47; ++i) {
    wait(minutes(15));
    EXPECT_TRUE(asker(busy).session) << i;
  }
  wait(minutes(15));
  EXPECT_FALSE(asker(busy).session);
}

TEST_F(Login, ASessionBelongsToOneUnixUser) {
  const auto token = login("anna");
  EXPECT_TRUE(asker(token).session);
  EXPECT_FALSE(asker(token, kUid + 1).session);
  EXPECT_TRUE(asker(token).session);
  EXPECT_FALSE(asker(token + "0").session);
  EXPECT_FALSE(asker(std::string(64, '0')).session);
}

TEST_F(Login, LogoutAndDisablingEndItAtOnce) {
  add("ben", {"partner"});
  const auto anna = login("anna"), ben = login("ben");
  ask(asker(ben), "logout");
  EXPECT_FALSE(asker(ben).session);
  wait(Seconds(30));
  const auto again = login("ben");
  ask(asker(anna), "user disable", {{"name", "ben"}, {"reason", "has left"}});
  EXPECT_FALSE(asker(again).session);
  wait(Seconds(30));
  EXPECT_THAT(refused([&] { login("ben"); }), HasSubstr("wrong"));
}

TEST_F(Login, WhatWeighsMostNeedsAFreshCode) {
  const auto token = login("anna");
  EXPECT_NO_THROW(ask(asker(token), "user disable", {{"name", add("ben", {"partner"}).name}, {"reason", "has left"}}));
  wait(minutes(5));
  for (const auto* verb : {"user role", "user totp", "hold release", "export native", "approvals approve"})
    EXPECT_THAT(refusal(asker(token), verb).message(), HasSubstr("tenure login --fresh")) << verb;
  EXPECT_NO_THROW(ask(asker(token), "hold list"));
  EXPECT_THAT(refusal(asker(token), "login fresh", {{"code", "000000"}}).message(), HasSubstr("code is wrong"));
  ask(asker(token), "login fresh", {{"code", code_of("anna")}});
  EXPECT_THAT(refusal(asker(token), "user role", {{"name", "ben"}, {"reason", "x"}}).message(),
              HasSubstr("it was answered"));
}

TEST_F(Login, ExportsNeedAReasonThatTheSessionRemembers) {
  const auto token = login("anna");
  const boost::json::object span{{"source", "door"}, {"from", "-10m"}, {"to", "now"}};
  EXPECT_EQ(wire::field_of(refusal(asker(token), "export native", span)), "reason");
  auto with_reason = span;
  with_reason["reason"] = "a fall in the entrance";
  EXPECT_THAT(refusal(asker(token), "export native", with_reason).message(), HasSubstr("no recording"));
  EXPECT_EQ(asker(token).session->reason, "a fall in the entrance");
  EXPECT_THAT(refusal(asker(token), "export native", span).message(), HasSubstr("no recording"));
  ask(asker(token), "login reason", {{"reason", "a claim"}, {"case_reference", "2026-03"}});
  EXPECT_EQ(asker(token).session->case_reference, "2026-03");
}

TEST_F(Login, OnceThereIsAPersonTheUnixUserAloneSeesHealthOnly) {
  EXPECT_EQ(asker().actor.name, "uid 1000 (desk)");
  EXPECT_THAT(refusal(asker(), "hold list").message(), HasSubstr("this needs a person: log in"));
  EXPECT_NO_THROW(ask(asker(), "status"));
}

class Nobody : public PeopleTest {};

TEST_F(Nobody, YetOnlyRootAndTheDaemonsOwnUserActAsTheOwner) {
  for (const auto uid : {uid_t{0}, ::geteuid()}) {
    EXPECT_NO_THROW(ask(asker({}, uid), "hold list"));
    EXPECT_NO_THROW(ask(asker({}, uid), "ledger show"));
  }
  const auto of_the_group = asker({}, kStranger);
  for (const auto name : verb_names()) {
    const bool open = *find_verb(name)->needs <= Action::health;
    EXPECT_EQ(refusal(of_the_group, std::string(name)).message().find("until there are only root") == std::string::npos, open) << name;
  }
  EXPECT_FALSE(access_->may(of_the_group, Action::ledger));
  EXPECT_THAT(std::string(ask(of_the_group, "whoami").at("note").as_string()), HasSubstr("sudo tenure user add"));
  EXPECT_THAT(refused([&] { login("anna"); }), HasSubstr("tenure user add"));
}

}  // namespace
}  // namespace tenure::daemon
