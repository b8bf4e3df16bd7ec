// R15: who may do what, cell by cell, and that no verb goes unguarded.
#include <array>
#include <sstream>

#include "base/file.h"
#include "people_fixture.h"
#include "storage/catalogue/catalogue_state.h"

namespace tenure::daemon {
namespace {

using testing::HasSubstr;

constexpr std::array kEverybody = {Role::practice_manager,        Role::partner,    Role::clinical_lead,
                                   Role::data_protection_officer, Role::front_desk, Role::it_administrator};

// Written down a second time, from the design's table: a change of either must be meant.
constexpr const char* kExpected = R"(
  live            yes           yes           no            by-case       yes no
  find-footage    yes           yes           yes           yes           no  no
  find-calls      yes           no            yes           by-case       no  no
  play-footage    yes           yes           no            by-case       no  no
  play-calls      yes           no            yes           by-case       no  no
  place-hold      yes           yes           yes           yes           yes no
  see-holds       yes           yes           yes           yes           no  no
  log-requests    yes           yes           yes           yes           yes no
  read-cases      yes           yes           yes           yes           no  no
  work-footage    yes           yes           no            no            no  no
  work-calls      yes           yes           yes           no            no  no
  release-footage yes           second-person no            second-person no  no
  release-calls   yes           second-person second-person second-person no  no
  release-holds   second-person second-person no            second-person no  no
  erase           second-person second-person no            second-person no  no
  change-policy   second-person second-person no            second-person no  no
  declare-time    yes           no            no            no            no  second-person
  people          yes           no            no            no            no  yes
  see-people      yes           no            no            yes           no  yes
  settings        yes           no            no            no            no  yes
  recovery-key    yes           no            no            yes           no  no
  ledger          yes           no            no            yes           no  no
  reports         yes           yes           yes           yes           no  no
)";

TEST(R15, EveryCellOfTheTableIsWhatTheDesignSays) {
  const Rights rights;
  std::istringstream lines(kExpected);
  std::size_t cells = 0;
  std::string name;
  while (lines >> name) {
    const auto action = config::parse_right(name);
    ASSERT_TRUE(action) << name;
    for (const auto role : kEverybody) {
      std::string grant;
      lines >> grant;
      EXPECT_EQ(config::to_string(rights.of(role, *action)), grant) << config::to_string(role) << " " << name;
      ++cells;
    }
  }
  EXPECT_EQ(cells, config::kRoles * (static_cast<std::size_t>(config::kLastRight) -
                                     static_cast<std::size_t>(config::kFirstRight) + 1));
}

TEST(R15, SeveralRolesGrantTheMostOfAnyAndUnknownOnesNothing) {
  const Rights rights;
  EXPECT_EQ(rights.of({"partner", "clinical-lead"}, Action::play_calls), Grant::yes);
  EXPECT_EQ(rights.of({"partner", "data-protection-officer"}, Action::play_calls), Grant::by_case);
  EXPECT_EQ(rights.of({"emperor"}, Action::play_calls), Grant::no);
  EXPECT_EQ(rights.of(std::vector<std::string>{}, Action::reports), Grant::no);
}

TEST(R15, TheItAdministratorHasNoContentRoleAndEverybodyElseHas) {
  const Rights rights;
  for (const auto role : kEverybody)
    EXPECT_EQ(rights.is_content_role(role), role != Role::it_administrator) << config::to_string(role);
}

TEST(R15, SettingsChangeSingleCells) {
  const Rights rights({{Role::partner, Action::play_calls, Grant::yes},
                       {Role::practice_manager, Action::release_footage, Grant::second_person}});
  EXPECT_EQ(rights.of(Role::partner, Action::play_calls), Grant::yes);
  EXPECT_EQ(rights.of(Role::practice_manager, Action::release_footage), Grant::second_person);
  EXPECT_EQ(rights.of(Role::partner, Action::find_calls), Grant::no);
}

class EveryVerb : public PeopleTest {
 protected:
  EveryVerb() {
    for (const auto role : kEverybody) {
      const std::string name(config::to_string(role));
      add(name, {name});
    }
  }
  // Whether the door lets a person of that role through to the verb, whatever the verb then says of its arguments.
  bool is_let_in(const Asker& who, std::string_view verb) {
    boost::json::object args{{"reason", "a test"}, {"case", "2026-01"}};
    const auto error = refusal(who, std::string(verb), args);
    return error.message().find("may not do this") == std::string::npos &&
           error.message().find("needs a person") == std::string::npos;
  }
};

TEST_F(EveryVerb, DeclaresTheRightItNeeds) {
  for (const auto name : verb_names())
    EXPECT_TRUE(find_verb(name)->needs.has_value()) << name << " says nothing of the right it needs";
}

TEST_F(EveryVerb, StandsOnThePageOfTheProtocol) {
  const auto page = read_whole(Path(TENURE_SOURCE) / "docs/reference/socket-protocol.md");
  for (const auto name : verb_names()) EXPECT_THAT(std::string(as_text(page)), HasSubstr("`" + std::string(name) + "`"));
}

TEST_F(EveryVerb, R15LetsInExactlyTheRolesThatHaveItsRight) {
  const Rights rights;
  std::size_t looked = 0;
  for (const auto name : verb_names()) {
    if (name == "login" || name == "logout") continue;  // tried elsewhere
    const auto action = *find_verb(name)->needs;
    for (const auto role : kEverybody) {
      const auto who = logged_in(std::string(config::to_string(role)));
      EXPECT_EQ(is_let_in(who, name), rights.of(role, action) != Grant::no)
          << name << " by " << config::to_string(role);
      ++looked;
    }
    EXPECT_EQ(is_let_in(asker(), name), action <= Action::health) << name << " by nobody";
  }
  EXPECT_GE(looked, 25 * config::kRoles);
}

TEST_F(EveryVerb, OfContentIsClosedToTheItAdministrator) {
  const auto it = logged_in("it-administrator");
  for (const auto* verb : {"segments", "calls find", "export native", "export call", "export redacted", "hold add",
                           "hold list", "hold show", "hold release", "ledger show", "sweep"})
    EXPECT_THAT(refusal(it, verb).message(), HasSubstr("may not do this")) << verb;
  for (const auto* verb : {"status", "doctor", "sources", "gaps", "user list", "whoami"})
    EXPECT_NO_THROW(ask(it, verb)) << verb;
}

TEST_F(EveryVerb, AnExportOfACallNeedsTheRightOnCalls) {
  const auto* verb = find_verb("export redacted");
  EXPECT_EQ(needed_right(*verb, {{"source", "door"}}), Action::release_footage);
  EXPECT_EQ(needed_right(*verb, {{"call", "x"}}), Action::release_calls);
  EXPECT_THAT(refusal(logged_in("clinical-lead"), "export redacted", {{"source", "door"}}).message(),
              HasSubstr("release-footage"));
}

TEST_F(EveryVerb, TheDataProtectionOfficerLooksForCallsForACaseOnly) {
  const auto dpo = logged_in("data-protection-officer");
  EXPECT_THAT(refusal(dpo, "calls find", {{"last_digits", "0123"}}).message(), HasSubstr("--case"));
  EXPECT_NO_THROW(ask(dpo, "calls find", {{"last_digits", "0123"}, {"case", "2026-07"}}));
}

TEST_F(EveryVerb, WhoLookedForWhoseCallsIsInTheLedgerWithTheCaseAndWithoutTheNumber) {
  const auto dpo = logged_in("data-protection-officer");
  ask(dpo, "calls find", {{"number", "07700 900123"}, {"case", "2026-07"}});
  const auto entry = [&] { return storage_->catalogue().ledger(0, 1000).back(); };
  EXPECT_EQ(entry().act, "calls-find");
  EXPECT_EQ(entry().actor, "data-protection-officer");
  EXPECT_EQ(entry().reason, "case 2026-07");
  EXPECT_EQ(entry().subject, R"({"by":["number"],"found":0})");
  const auto manager = logged_in("practice-manager");
  boost::json::object hold{{"numbers", boost::json::array{"07700 900123"}}, {"reason", "a claim"}, {"authority", "x"}, {"review", "2026-12-01"}};
  ask(manager, "hold preview", hold);
  EXPECT_EQ(entry().act, "hold-preview");
  EXPECT_EQ(entry().reason, "a claim");
  ask(manager, "login reason", {{"reason", "a letter of 3 March"}});
  ask(asker(manager.token), "erase preview", {{"numbers", boost::json::array{"07700 900123"}}});
  EXPECT_EQ(entry().act, "erase-preview");
  EXPECT_EQ(entry().reason, "a letter of 3 March");
  for (const auto& one : storage_->catalogue().ledger(0, 1000)) EXPECT_THAT(one.subject, testing::Not(HasSubstr("900123"))) << one.act;
}

TEST_F(EveryVerb, I13_ASearchForCallsIsNotAnsweredWithoutItsEntry) {
  const auto manager = logged_in("practice-manager");
  storage_->catalogue().write([](storage::Catalogue::Transaction& transaction) {
    transaction.db.run("CREATE TRIGGER no_room BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no room'); END");
  });
  const auto error = refusal(manager, "calls find", {{"number", "07700 900123"}});
  EXPECT_THAT(error.message(), testing::Not(HasSubstr("it was answered")));
  EXPECT_THAT(error.message(), testing::Not(HasSubstr("INSERT"))) << "nor does anybody get SQL";
}

TEST_F(EveryVerb, OneDoctorLooksAtATime) {
  const auto it = logged_in("it-administrator");
  std::string second;
  rooms_->proposals = [&] {
    second = refusal(it, "doctor").message();
    return std::vector<std::string>();
  };
  EXPECT_NO_THROW(ask(it, "doctor"));
  EXPECT_THAT(second, HasSubstr("another doctor"));
}

TEST_F(EveryVerb, TheFrontDeskPlacesAHoldAndSeesNothingOfIt) {
  const boost::json::object hold{
      {"spans", boost::json::array{boost::json::object{{"source", "door"}, {"from", "-10m"}, {"to", "now"}}}},
      {"reason", "a fall"},
      {"authority", "reception"},
      {"review", "2026-12-01"}};
  const auto answer = ask(logged_in("front-desk"), "hold add", hold).as_object();
  EXPECT_EQ(answer.at("state").as_string(), "active");
  EXPECT_FALSE(answer.contains("segments"));
  EXPECT_TRUE(ask(logged_in("partner"), "hold add", hold).as_object().contains("segments"));
  // Nor by extending somebody else's.
  const auto others = ask(logged_in("practice-manager"), "hold add", hold).at("id");
  const boost::json::object later{{"id", others}, {"review", "2027-01-01"}, {"reason", "still open"}};
  const auto extended = ask(logged_in("front-desk"), "hold extend", later).as_object();
  EXPECT_EQ(extended.at("review").as_string(), "2027-01-01T23:59:59Z");
  for (const auto* member : {"spans", "authority", "placed_by", "numbers", "calls"}) EXPECT_FALSE(extended.contains(member)) << member;
  const auto earlier = refusal(logged_in("partner"), "hold extend", {{"id", others}, {"review", "2026-12-24"}, {"reason", "x"}});
  EXPECT_EQ(earlier.kind(), ErrorKind::refused);
  EXPECT_THAT(earlier.message(), testing::AllOf(HasSubstr("2026-12-24T23:59:59Z"), HasSubstr("2027-01-01T23:59:59Z")));
}

TEST_F(EveryVerb, NoHoldTellsOfCallsToWhoMayNotFindThem) {
  storage::SegmentRow row;
  row.id = SegmentId::make(clock_.now() - std::chrono::hours(1));
  row.source = "phones";
  row.cls = "calls";
  row.kind = storage::Kind::calls;
  row.span = {clock_.now() - std::chrono::hours(1), clock_.now() - std::chrono::minutes(59)};
  row.vault = storage_->vaults().names().front();
  storage_->catalogue().ensure_source("phones", "calls", storage::Kind::calls);
  storage_->catalogue().commit_segment(row);
  const auto hold = [](const char* name, const std::string& what) {
    return boost::json::object{{name, boost::json::array{what}}, {"reason", "a claim"}, {"authority", "x"}, {"review", "2026-12-01"}};
  };
  const auto by_number = hold("numbers", "07700 900123"), by_call = hold("calls", row.id.text());
  for (const auto* name : {"partner", "data-protection-officer"}) {  // the latter: without a case
    const auto who = logged_in(name);
    for (const auto& args : {by_number, by_call}) EXPECT_EQ(refusal(who, "hold preview", args).kind(), ErrorKind::refused) << name;
    const auto placed = ask(who, "hold add", by_call);
    EXPECT_TRUE(placed.at("segments").as_array().empty());
    EXPECT_TRUE(placed.at("calls_not_shown").as_bool());
    EXPECT_EQ(placed.at("bytes").to_number<int>(), 0);
    EXPECT_EQ(placed.at("recordings").to_number<int>(), 0);
    EXPECT_TRUE(placed.at("forecast").is_null());
    EXPECT_TRUE(ask(who, "hold show", {{"id", placed.at("id")}}).at("segments").as_array().empty());
    EXPECT_EQ(ask(logged_in("practice-manager"), "hold show", {{"id", placed.at("id")}}).at("segments").as_array().size(), 1u);
  }
  auto for_a_case = by_number;
  for_a_case["case"] = "2026-07";
  EXPECT_NO_THROW(ask(logged_in("data-protection-officer"), "hold preview", for_a_case));
}

TEST_F(EveryVerb, WhoAskedForASecondPersonSeesTheirOwnRequestAndNoOthers) {
  const boost::json::object hold{{"numbers", boost::json::array{"07700 900123"}}, {"reason", "a claim"}, {"authority", "x"}, {"review", "2026-12-01"}};
  const auto id = ask(logged_in("partner"), "hold add", hold).at("id");
  const auto others = ask(logged_in("partner"), "hold release", {{"id", id}, {"reason", "settled"}}).at("approval").at("id");
  const auto it = logged_in("it-administrator");
  const auto own = ask(it, "time confirm", {{"time", "2026-03-02T14:00:00Z"}, {"reason", "the radio clock"}}).at("approval").at("id");
  const auto seen = ask(it, "approvals list").as_array();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen.at(0).at("id"), own);
  EXPECT_EQ(ask(it, "approvals show", {{"id", own}}).at("id"), own);
  EXPECT_EQ(refusal(it, "approvals show", {{"id", others}}).kind(), ErrorKind::refused);
  EXPECT_EQ(ask(it, "approvals refuse", {{"id", own}, {"reason", "a mistake"}}).at("state").as_string(), "refused");
  EXPECT_TRUE(ask(logged_in("front-desk"), "approvals list").as_array().empty());
  EXPECT_EQ(ask(logged_in("practice-manager"), "approvals list").as_array().size(), 2u);
}

class ChangedRights : public PeopleTest {};

TEST_F(ChangedRights, EveryChangeOfThemIsInTheLedgerOnce) {
  EXPECT_THAT(acts(), testing::IsEmpty());
  use_settings("[access.rights]\npartner = [\"play-calls = yes\", \"find-calls = yes\"]\n");
  access_->adopt_settings();
  access_->adopt_settings();
  EXPECT_THAT(acts(), testing::ElementsAre("tenured rights-change"));
  EXPECT_EQ(access_->rights()->of(Role::partner, Action::play_calls), Grant::yes);
  use_settings("");
  access_->adopt_settings();
  EXPECT_EQ(acts().size(), 2u);
  const auto entry = storage_->catalogue().ledger(0, 100).back();
  EXPECT_THAT(entry.subject, HasSubstr("partner: find-calls = yes"));
}

TEST_F(ChangedRights, I13_AreNotInForceWithoutTheirEntry) {
  storage_->catalogue().write([](storage::Catalogue::Transaction& transaction) {
    transaction.db.run("CREATE TRIGGER no_room BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no room'); END");
  });
  use_settings("[access.rights]\npartner = [\"play-calls = yes\"]\n");
  EXPECT_THROW(access_->adopt_settings(), Error);
  EXPECT_EQ(access_->rights()->of(Role::partner, Action::play_calls), Grant::no);
}

}  // namespace
}  // namespace tenure::daemon
