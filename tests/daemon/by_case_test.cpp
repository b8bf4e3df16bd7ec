// R15: a right that is granted for a case only is worth something on the command line: whatever the daemon asks a case
// for, `tenure` lets one name it.
#include <iterator>
#include <sstream>

#include "daemon/client/arguments.h"
#include "people_fixture.h"

namespace tenure::daemon {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> words_of(std::string_view verb) {
  std::istringstream words{std::string(verb)};
  return {std::istream_iterator<std::string>(words), {}};
}

bool takes_a_case(std::string_view verb) {
  auto typed = words_of(verb);
  typed.emplace_back("--help");
  const auto help = client::parse_arguments(typed);
  EXPECT_EQ(help.status, 0) << verb << ": " << help.message;
  return help.message.find("--case TEXT") != std::string::npos;
}

// Every right by case, which the settings allow for all of them.
std::string all_by_case() {
  std::string all;
  for (auto right = static_cast<int>(config::kFirstRight); right <= static_cast<int>(config::kLastRight); ++right)
    all += (all.empty() ? "\"" : ", \"") + std::string(config::to_string(static_cast<Action>(right))) + " = by-case\"";
  return "[access.rights]\npartner = [" + all + "]\n";
}

class ByCase : public PeopleTest {
 protected:
  ByCase() {
    add("anna", {"practice-manager"});
    add("ben", {"partner"});
    add("dora", {"data-protection-officer"});
  }
  // As somebody types it.
  boost::json::value type(const std::string& who, const std::vector<std::string>& typed) {
    const auto command = client::parse_arguments(typed);
    EXPECT_EQ(command.status, -1) << command.message;
    return ask(logged_in(who), command.request.verb, command.request.args);
  }
};

TEST_F(ByCase, R15EveryVerbThatARightGuardsTakesACaseOnTheCommandLineAndNoOther) {
  std::size_t guarded = 0;
  for (const auto verb : verb_names()) {
    if (verb.starts_with("login")) continue;  // which has one for the whole login
    const bool of_somebody_else = verb == "user password" || verb == "user totp" || verb == "user recovery";
    const bool needs_a_right = *find_verb(verb)->needs >= config::kFirstRight || of_somebody_else;
    EXPECT_EQ(takes_a_case(verb), needs_a_right) << verb;
    guarded += needs_a_right;
  }
  EXPECT_GE(guarded, 30u);
}

TEST_F(ByCase, R15TheCaseOpensEveryVerbThatARightGuards) {
  use_settings(all_by_case());
  access_->adopt_settings();
  for (const auto name : verb_names()) {
    if (*find_verb(name)->needs < config::kFirstRight) continue;
    const std::string verb(name);
    EXPECT_THAT(refusal(logged_in("ben"), verb, {{"reason", "x"}}).message(), HasSubstr("for a case only")) << verb;
    EXPECT_THAT(refusal(logged_in("ben"), verb, {{"reason", "x"}, {"case", "17"}}).message(),
                Not(HasSubstr("for a case only")))
        << verb;
  }
}

TEST_F(ByCase, TheDataProtectionOfficerPreviewsWhatIsKeptAndErasedOfANumber) {
  const std::vector<std::string> hold{"hold",    "preview",     "--number", "07700 900123", "--reason",
                                      "a claim", "--authority", "x",        "--review",     "2026-12-01"};
  const std::vector<std::string> erase{"erase", "preview", "--number", "07700 900123"};
  for (auto typed : {hold, erase}) {
    const auto without = client::parse_arguments(typed);
    EXPECT_THAT(refusal(logged_in("dora"), without.request.verb, without.request.args).message(),
                HasSubstr("name it with --case"));
    typed.insert(typed.end(), {"--case", "17"});
    EXPECT_NO_THROW(type("dora", typed)) << typed.at(0);
    EXPECT_EQ(storage_->catalogue().ledger(0, 1000).back().reason,
              typed.at(0) == "hold" ? "case 17: a claim" : "case 17");
  }
}

TEST_F(ByCase, APolicyIsChangedForACaseToo) {
  use_settings(all_by_case());
  access_->adopt_settings();
  const std::vector<std::string> typed{"policy",   "change",           "cctv",   "--period", "P35D",
                                       "--reason", "the police asked", "--case", "17"};
  EXPECT_EQ(type("ben", typed).at("state").as_string(), "waiting");
}

}  // namespace
}  // namespace tenure::daemon
