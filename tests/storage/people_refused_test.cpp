// Who is let in and who is not, in the corners: logins that ended meanwhile, people who are gone, the last of them.
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/people/approvals.h"
#include "storage/people/person_rows.h"
#include "storage/people/sessions.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const Instant kStart = at("2026-03-02T14:00:00Z");
const Actor kOwner{"uid 0 (root)"};
const SessionLimits kLimits{minutes(30), hours(12)};
const std::string kSubject = approval_subject({{"segment", "00"}, {"class", "cctv"}});

class PeopleRefused : public testing::Test {
 protected:
  PeopleRefused()
      : practice(kStart),
        people(practice.parts->catalogue, practice.clock, Key{9}),
        sessions(practice.parts->catalogue, practice.clock),
        approvals(practice.parts->catalogue, practice.clock) {}
  Person add(const std::string& name, std::vector<std::string> roles, const Blob& totp = Blob(20, 3)) {
    return people.add({name, "Somebody", std::move(roles), "encoded", totp, {"aaaa", "bbbb"}}, kOwner);
  }
  std::string login(const Person& person, std::int64_t step) { return sessions.begin(person, 7, {step, {}}, {}, {}); }
  std::string last_act() const { return practice.parts->catalogue.ledger(1, 10'000).back().act; }
  template <typename Change>
  void change(const Change& body) {
    practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) { body(transaction.db); });
  }
  Practice practice;
  People people;
  Sessions sessions;
  Approvals approvals;
};

TEST_F(PeopleRefused, WhoIsDisabledWhileLoggingInIsNotLetIn) {
  add("anna", {"practice-manager"});
  const auto ben = add("ben", {"partner"});
  people.set_disabled(ben.id, true, "left", kOwner);
  EXPECT_THAT(error_of([&] { login(ben, 5); }), HasSubstr("was disabled"));  // `ben` was read before
  EXPECT_EQ(last_act(), "person-disable");
}

TEST_F(PeopleRefused, ASessionOfSomebodyWhoWasDisabledOpensNothingEvenIfItWasLeft) {
  add("anna", {"practice-manager"});
  const auto ben = add("ben", {"partner"});
  const auto token = login(ben, 5);
  ASSERT_TRUE(sessions.find(token, 7, kLimits));
  change([&](sqlite::Connection& db) { db.run("UPDATE person SET disabled_at = ?2 WHERE id = ?1", ben.id, kStart); });
  EXPECT_FALSE(sessions.find(token, 7, kLimits));
  change([&](sqlite::Connection& db) { db.run("UPDATE person SET disabled_at = NULL WHERE id = ?1", ben.id); });
  EXPECT_FALSE(sessions.find(token, 7, kLimits)) << "it ended";
}

TEST_F(PeopleRefused, ASessionEndsAtItsLongestHoweverMuchItIsUsed) {
  const auto anna = add("anna", {"practice-manager"});
  const auto token = login(anna, 5);
  for (int n = 0; n < 12 * 4 - 1; ++n) {
    practice.clock.advance(minutes(15));
    ASSERT_TRUE(sessions.find(token, 7, kLimits)) << n;
  }
  practice.clock.advance(minutes(15));
  EXPECT_FALSE(sessions.find(token, 7, kLimits));
}

TEST_F(PeopleRefused, WhatIsNoTokenEndsAndChangesNothing) {
  const auto anna = add("anna", {"practice-manager"});
  const auto token = login(anna, 5);
  for (const auto& none : {std::string(), std::string("short"), std::string(64, 'f')}) {
    EXPECT_FALSE(sessions.end(none, anna.actor())) << none;
    sessions.set_reason(none, "a claim", "C-1");
    EXPECT_FALSE(sessions.find(none, 7, kLimits)) << none;
  }
  EXPECT_EQ(last_act(), "login") << "no logout of nobody";
  EXPECT_EQ(sessions.find(token, 7, kLimits)->reason, "");
  EXPECT_TRUE(sessions.end(token, anna.actor()));
  EXPECT_EQ(last_act(), "logout");
}

TEST_F(PeopleRefused, EndedSessionsAreRemovedAndTheOthersStay) {
  const auto anna = add("anna", {"practice-manager"});
  const auto old = login(anna, 5);
  sessions.remove_ended(kLimits);
  EXPECT_TRUE(sessions.find(old, 7, kLimits)) << "nothing has ended yet";
  practice.clock.advance(minutes(20));
  const auto token = login(anna, 6);
  practice.clock.advance(minutes(15));
  sessions.remove_ended(kLimits);
  change([](sqlite::Connection& db) {
    auto left = db.query("SELECT count(*) FROM session");
    left.step();
    EXPECT_EQ(left.natural(0), 1u);
  });
  EXPECT_TRUE(sessions.find(token, 7, kLimits));
}

TEST_F(PeopleRefused, SomebodyWithoutASecondFactorHasNone) {
  add("anna", {"practice-manager"});
  const auto ben = add("ben", {"partner"}, {});
  change([&](sqlite::Connection& db) { db.run("UPDATE person SET totp = NULL WHERE id = ?", ben.id); });
  EXPECT_TRUE(people.proof(ben.id).totp.empty());
  EXPECT_EQ(people.proof(ben.id).password, "encoded");
}

TEST_F(PeopleRefused, WhoIsNotThereCanNeitherBeProvedNorChanged) {
  const auto nobody = PersonId::make(kStart);
  EXPECT_THAT(error_of([&] { people.proof(nobody); }), StartsWith("not_found"));
  EXPECT_THAT(error_of([&] { people.set_roles(nobody, {"partner"}, "a reason", kOwner); }), StartsWith("not_found"));
  EXPECT_FALSE(people.get(nobody).has_value());
  EXPECT_FALSE(people.find("nobody").has_value());
}

TEST_F(PeopleRefused, ANameIsBoundedAndItsFormIsToldAndADisplayNameIsNotEmpty) {
  for (const auto* name :
       {"a", "9lives", "-anna", "Anna", "an/na", "an_na", "an~na", "tenured", "an:na", "an`na", "~anna"})
    EXPECT_FALSE(is_login_name(name)) << name;
  EXPECT_FALSE(is_login_name(std::string(41, 'a')));
  for (const auto* name : {"anna.b-2", "az09", "zz"}) EXPECT_TRUE(is_login_name(name)) << name;
  EXPECT_TRUE(is_login_name(std::string(40, 'a')));
  const auto refused = [&](const std::string& display) {
    return error_of([&] { people.add({"anna", display, {"practice-manager"}, "encoded", Blob(20, 1), {}}, kOwner); });
  };
  EXPECT_THAT(refused(""), HasSubstr("at most 100 bytes"));
  EXPECT_THAT(refused("Anna\x7f"), HasSubstr("control character"));
  EXPECT_FALSE(people.any());
}

TEST_F(PeopleRefused, WhoIsNoPracticeManagerInOfficeMayGoAndLoseRoles) {
  const auto anna = add("anna", {"practice-manager"}), ben = add("ben", {"practice-manager"}),
             carla = add("carla", {"partner"});
  people.set_disabled(ben.id, true, "left", kOwner);
  EXPECT_EQ(people.set_roles(ben.id, {"partner"}, "was no manager any more", kOwner).roles,
            std::vector<std::string>{"partner"});
  EXPECT_TRUE(people.set_disabled(carla.id, true, "left", kOwner).disabled_at.has_value());
  EXPECT_THAT(people.set_roles(anna.id, {"practice-manager", "partner"}, "both", kOwner).roles,
              ElementsAre("partner", "practice-manager"));
  EXPECT_THAT(error_of([&] { people.set_roles(anna.id, {"partner"}, "tired", kOwner); }),
              HasSubstr("last practice manager"));
  EXPECT_THAT(error_of([&] { people.set_roles(anna.id, {"partner"}, std::string(2001, 'x'), kOwner); }),
              HasSubstr("over 2,000 characters"));
}

TEST_F(PeopleRefused, AThousandPeopleAreEnough) {
  const auto anna = add("anna", {"practice-manager"});
  change([&](sqlite::Connection& db) {
    for (int n = 1; n < 1000; ++n)
      db.run(
          "INSERT INTO person(id, name, display, created_at, created_by, password, password_by, totp, totp_by, "
          "recovery_by)"
          " SELECT ?2, ?3, display, created_at, created_by, password, password_by, totp, totp_by, recovery_by FROM "
          "person WHERE id = ?1",
          anna.id, PersonId::make(kStart), "person-" + std::to_string(n));
  });
  EXPECT_THAT(error_of([&] { add("ben", {"partner"}); }), HasSubstr("1,000 people"));
}

TEST_F(PeopleRefused, NoGlassIsBrokenForWhoIsNotTheOnlyPracticeManagerInOffice) {
  const auto anna = add("anna", {"practice-manager"}), ben = add("ben", {"practice-manager"}),
             carla = add("carla", {"practice-manager"}), dora = add("dora", {"partner"}),
             emil = add("emil", {"practice-manager"});
  people.set_disabled(emil.id, true, "left", kOwner);
  const auto refusal = [&](const Person& person) {
    return error_of([&] { people.break_glass(person.id, {Blob(20, 1), {"cccc"}, ""}, "lost the telephone", kOwner); });
  };
  EXPECT_THAT(refusal(anna), HasSubstr("ben, carla can set a new code from within"));
  EXPECT_THAT(refusal(dora), HasSubstr("is no practice manager in office"));
  EXPECT_THAT(refusal(emil), HasSubstr("is no practice manager in office"));
  people.set_disabled(ben.id, true, "left", kOwner);
  people.set_roles(carla.id, {"partner"}, "less to do", kOwner);
  EXPECT_EQ(refusal(anna), "no error");
  EXPECT_THAT(people.broken_glass(kStart - hours(1)), testing::SizeIs(1));
}

TEST_F(PeopleRefused, AnApprovalIsBoundedAndNamesWhoAsksAndWhat) {
  const Actor anna{"anna", "01", {kPracticeManager}};
  EXPECT_THAT(error_of([&] { approvals.ask("erase", kSubject, std::string(2001, 'x'), anna); }),
              HasSubstr("reason: is over"));
  EXPECT_THAT(error_of([&] { approvals.ask("erase", kSubject, "ordered", {""}); }), StartsWith("internal"));
  EXPECT_THAT(error_of([&] { approvals.ask("", kSubject, "ordered", anna); }), StartsWith("internal"));
  EXPECT_THAT(error_of([&] { approvals.ask("erase", "", "ordered", anna); }), StartsWith("internal"));
  EXPECT_THAT(error_of([&] {
                approvals.ask("erase", approval_subject({{"segment", std::string(1 << 20, 'x')}}), "ordered", anna);
              }),
              HasSubstr("too long to be approved"));
  EXPECT_THAT(approvals.list(), IsEmpty());
  const auto nowhere = ApprovalId::make(kStart);
  EXPECT_THAT(error_of([&] { approvals.show(nowhere); }),
              AllOf(StartsWith("not_found"), HasSubstr("tenure approvals list")));
  EXPECT_THAT(error_of([&] { approvals.approve(approvals.ask("erase", kSubject, "ordered", anna).id, {""}); }),
              HasSubstr("Nobody is named"));
}

TEST_F(PeopleRefused, AThousandRequestsWaitAndOneMoreDoesNot) {
  const Actor anna{"anna", "01", {kPracticeManager}};
  const auto asked = approvals.ask("erase", kSubject, "ordered", anna);
  change([&](sqlite::Connection& db) {
    for (int n = 1; n < 1000; ++n)
      db.run(
          "INSERT INTO approval(id, act, subject, reason, state, asked_at, asked_by, asked_person, expires_at, "
          "earliest, note)"
          " SELECT ?2, act, subject, reason, state, asked_at, asked_by, asked_person, expires_at, earliest, note FROM "
          "approval WHERE id = ?1",
          asked.id, ApprovalId::make(kStart));
  });
  EXPECT_THAT(error_of([&] { approvals.ask("erase", kSubject, "ordered", anna); }),
              HasSubstr("1,000 requests that wait"));
  practice.clock.advance(days(7));
  approvals.ask("erase", kSubject, "ordered", anna);  // those have expired
}

TEST_F(PeopleRefused, WhatWasDecidedIsNotDecidedAgainExceptThatAnApprovalMayBeTakenBack) {
  const Actor anna{"anna", "01", {kPracticeManager}}, ben{"ben", "02", {kPracticeManager}};
  const auto asked = approvals.ask("erase", kSubject, "ordered", anna).id;
  approvals.approve(asked, ben);
  EXPECT_THAT(error_of([&] { approvals.approve(asked, ben); }), HasSubstr("is approved and cannot be decided"));
  EXPECT_EQ(approvals.refuse(asked, "on second thoughts", ben).state, ApprovalState::refused);
  EXPECT_THAT(error_of([&] { approvals.approve(asked, ben); }), HasSubstr("is refused and cannot be decided"));
  EXPECT_THAT(error_of([&] { approvals.refuse(asked, "again", ben); }), HasSubstr("is refused and cannot be decided"));
}

TEST_F(PeopleRefused, ADelayStandsInOnlyWhileThereIsNobodyElse) {
  bool other = false;
  const auto asked_in = approvals.ask("erase", kSubject, "ordered", {"anna", "01", {}}).id;
  approvals.must_still_be_alone(asked_in);  // without a judge there is nothing to say
  approvals.set_judge({{}, [&](const Approval&) { return other; }});
  approvals.must_still_be_alone(asked_in);  // has no delay
  const auto alone = approvals.ask("erase", kSubject, "ordered", {"anna", "01", {}}).id;
  approvals.must_still_be_alone(alone);
  other = true;
  EXPECT_THAT(error_of([&] { approvals.must_still_be_alone(alone); }), HasSubstr("waits for a second person"));
  approvals.approve(alone, {"ben", "02", {}});
  approvals.must_still_be_alone(alone);
  approvals.set_judge({});
}

TEST_F(PeopleRefused, ARequestThatNobodyCouldApproveNamesAllWhoLostRightsJustBeforeAndWhoseLoginTheAskerSet) {
  add("anna", {"practice-manager"});
  const auto ben = add("ben", {"partner"}), carla = add("carla", {"partner"});
  people.set_disabled(ben.id, true, "left", kOwner);
  people.set_disabled(carla.id, true, "left", kOwner);
  approvals.set_judge({{}, [](const Approval&) { return false; }});
  const auto asked = approvals.ask("erase", kSubject, "ordered", kOwner);
  EXPECT_THAT(asked.note, HasSubstr("within 7 days before: ben, carla"));
  const auto approved = approvals.approve(asked.id, {"carla", carla.id.text(), {}});
  EXPECT_THAT(approved.note, HasSubstr("ben, carla; uid 0 (root), who asked, had set password, code, recovery codes of carla, "
                                       "who approved"));
}

}  // namespace
}  // namespace tenure::storage
