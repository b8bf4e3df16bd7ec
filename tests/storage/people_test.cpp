// What must hold of people and sessions whoever asks: kept by storage itself.
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/people/sessions.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

const Instant kStart = at("2026-03-02T14:00:00Z");
const Key kKek{9};
const Actor kOwner{"uid 0 (root)"};
const SessionLimits kLimits{minutes(30), hours(12)};

class PeopleStore : public testing::Test {
 protected:
  PeopleStore()
      : practice_(kStart),
        people_(practice_.parts->catalogue, practice_.clock, kKek),
        sessions_(practice_.parts->catalogue, practice_.clock) {}
  Person add(const std::string& name, std::vector<std::string> roles) {
    return people_.add({name, "Somebody", std::move(roles), "encoded", Blob(20, 3), {"aaaa", "bbbb"}}, kOwner);
  }
  Practice practice_;
  People people_;
  Sessions sessions_;
};

TEST_F(PeopleStore, TheFirstIsAPracticeManager) {
  EXPECT_FALSE(people_.any());
  EXPECT_THAT(error_of([&] { add("ben", {"partner"}); }), HasSubstr("first person"));
  EXPECT_FALSE(people_.any());
  add("anna", {"practice-manager", "partner"});
  EXPECT_TRUE(people_.any());
  EXPECT_EQ(people_.find("anna")->roles, (std::vector<std::string>{"partner", "practice-manager"}));
}

TEST_F(PeopleStore, OutlivesARestartWithItsSealedSecrets) {
  const auto anna = add("anna", {"practice-manager"});
  practice_.restart();
  const People again(practice_.parts->catalogue, practice_.clock, kKek);
  EXPECT_TRUE(again.any());
  EXPECT_EQ(again.proof(anna.id).totp, Blob(20, 3));
  const People other_key(practice_.parts->catalogue, practice_.clock, Key{8});
  EXPECT_THAT(error_of([&] { other_key.proof(anna.id); }), HasSubstr("cannot be read"));
}

TEST_F(PeopleStore, KeepsNoSecretReadableInItsFile) {
  const std::string secret = "SECRET-OF-TWENTY-BYTE", code = "recoverycodeabcd";
  const auto anna = people_.add(
      {"anna", "Somebody", {"practice-manager"}, "encoded", Blob(secret.begin(), secret.begin() + 20), {code}}, kOwner);
  const auto token = sessions_.begin(anna, 7, {5, {}}, {}, {});
  std::string all;
  for (const auto* name : {"catalogue.db", "catalogue.db-wal"}) {
    const Blob bytes = read_whole(practice_.folder.path / "catalogue" / name, 64 << 20);
    all += as_text(bytes);
  }
  ASSERT_NE(all.find("encoded"), std::string::npos);
  for (const auto& text : {secret.substr(0, 20), code, token}) EXPECT_EQ(all.find(text), std::string::npos) << text;
  const auto raw = from_hex(token);
  EXPECT_EQ(all.find(as_text(*raw)), std::string::npos);
}

TEST_F(PeopleStore, ADisplayNameIsOneLine) {
  const auto refused = [&](const std::string& display) {
    return error_of([&] { people_.add({"anna", display, {"practice-manager"}, "encoded", Blob(20, 1), {}}, kOwner); });
  };
  EXPECT_THAT(refused("Anna\nBerg"), HasSubstr("newline"));
  EXPECT_THAT(refused("Anna\x1b[2J"), HasSubstr("control character"));
  EXPECT_THAT(refused(std::string(101, 'a')), HasSubstr("at most 100 bytes"));
}

TEST_F(PeopleStore, TheLastPracticeManagerCannotGoEvenWhenTwoGoAtOnce) {
  const auto anna = add("anna", {"practice-manager"}), ben = add("ben", {"practice-manager"});
  people_.set_disabled(anna.id, true, "leaves", kOwner);
  EXPECT_THAT(error_of([&] { people_.set_disabled(ben.id, true, "leaves", kOwner); }),
              HasSubstr("last practice manager"));
  EXPECT_THAT(error_of([&] { people_.set_roles(ben.id, {}, "leaves", kOwner); }), HasSubstr("last practice manager"));
  EXPECT_FALSE(people_.find("ben")->disabled_at);
}

TEST_F(PeopleStore, AChangedRolePasswordOrCodeEndsEverySession) {
  add("anna", {"practice-manager"});
  const auto ben = add("ben", {"partner"});
  std::int64_t step = 1;
  const auto ended_by = [&](const std::function<void()>& change) {
    const auto token = sessions_.begin(ben, 7, {step++, {}}, {}, {});
    EXPECT_TRUE(sessions_.find(token, 7, kLimits));
    change();
    return !sessions_.find(token, 7, kLimits);
  };
  EXPECT_TRUE(ended_by([&] { people_.set_roles(ben.id, {"clinical-lead"}, "new job", kOwner); }));
  EXPECT_TRUE(ended_by([&] { people_.set_password(ben.id, "other", kOwner); }));
  EXPECT_TRUE(ended_by([&] {
    people_.set_totp(ben.id, Blob(20, 4), {"cccc"}, kOwner);
    step = 1;
  }));
  EXPECT_TRUE(ended_by([&] { people_.set_disabled(ben.id, true, "left", kOwner); }));
}

TEST_F(PeopleStore, OfTwoLoginsWithTheSameCodeOneIsRefused) {
  const auto anna = add("anna", {"practice-manager"});
  sessions_.begin(anna, 7, {100, {}}, {}, {});
  EXPECT_THAT(error_of([&] { sessions_.begin(anna, 7, {100, {}}, {}, {}); }), HasSubstr("used a moment ago"));
  EXPECT_THAT(error_of([&] { sessions_.begin(anna, 7, {99, {}}, {}, {}); }), HasSubstr("used a moment ago"));
  sessions_.begin(anna, 7, {0, "aaaa"}, {}, {});
  EXPECT_THAT(error_of([&] { sessions_.begin(anna, 7, {0, "aaaa"}, {}, {}); }), HasSubstr("used a moment ago"));
  EXPECT_EQ(people_.find("anna")->recovery_left, 1u);
}

TEST_F(PeopleStore, KeepsNoMoreThanTenSessionsOfAPerson) {
  const auto anna = add("anna", {"practice-manager"});
  std::vector<std::string> tokens;
  for (std::int64_t step = 1; step <= 12; ++step) {
    practice_.clock.advance(Seconds(30));
    tokens.push_back(sessions_.begin(anna, 7, {step, {}}, {}, {}));
  }
  EXPECT_FALSE(sessions_.find(tokens[1], 7, kLimits));
  EXPECT_TRUE(sessions_.find(tokens[2], 7, kLimits));
  EXPECT_TRUE(sessions_.find(tokens[11], 7, kLimits));
}

TEST_F(PeopleStore, ASecretSetByOneselfKeepsWhoSetItBefore) {
  const auto anna = add("anna", {"practice-manager"});
  people_.set_password(anna.id, "other", anna.actor());
  EXPECT_EQ(people_.find("anna")->password_by, "uid 0 (root)");
  people_.set_password(anna.id, "other", {"ben", "02"});
  EXPECT_EQ(people_.find("anna")->password_by, "ben");
}

TEST_F(PeopleStore, ASecondFactorSetBySomebodyElseComesWithNewRecoveryCodes) {
  const auto anna = add("anna", {"practice-manager"});
  const Actor ben{"ben", "02"};
  EXPECT_THAT(error_of([&] { people_.set_totp(anna.id, Blob(20, 1), {}, ben); }), HasSubstr("with new recovery codes"));
  people_.set_totp(anna.id, Blob(20, 1), {"zzzz"}, ben);
  EXPECT_FALSE(sessions_.knows_recovery(anna.id, "aaaa"));
  EXPECT_TRUE(sessions_.knows_recovery(anna.id, "zzzz"));
  EXPECT_EQ(people_.find("anna")->recovery_by, "ben");
  people_.set_totp(anna.id, Blob(20, 2), {}, anna.actor());
  EXPECT_TRUE(sessions_.knows_recovery(anna.id, "zzzz")) << "one's own new telephone leaves them";
  people_.set_recovery(anna.id, {"yyyy"}, kOwner);
  EXPECT_EQ(people_.find("anna")->totp_by, "ben");
  EXPECT_EQ(people_.find("anna")->recovery_by, kOwner.name);
}

TEST_F(PeopleStore, PeopleThatTheLedgerKnowsAndTheCatalogueDoesNotAreGone) {
  EXPECT_FALSE(people_.gone());
  add("anna", {"practice-manager"});
  practice_.parts->catalogue.write([](Catalogue::Transaction& transaction) {
    for (const auto* table : {"session", "recovery_code", "person_role", "person"}) transaction.db.run(std::string("DELETE FROM ") + table);
  });
  People rebuilt(practice_.parts->catalogue, practice_.clock, Key{});
  EXPECT_TRUE(rebuilt.gone());
}

TEST(LoginNames, AreSmallPlainAndNeverTheDaemonsOwn) {
  for (const auto* good : {"anna", "a.b", "dr-smith", "x9"}) EXPECT_TRUE(is_login_name(good)) << good;
  for (const auto* bad : {"", "a", "Anna", "9x", ".x", "tenured", "uid 0 (root)", "ann\xc3\xa4", "a b"})
    EXPECT_FALSE(is_login_name(bad)) << bad;
  EXPECT_FALSE(is_login_name(std::string(41, 'a')));
}

}  // namespace
}  // namespace tenure::storage
