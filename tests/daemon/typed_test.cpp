// What is typed wrongly is refused by `tenure` itself, by its name, before anything is asked of the daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/filesystem/operations.hpp>

#include "base/file.h"
#include "daemon/client/arguments.h"
#include "running_daemon.h"

namespace tenure::client {
namespace {
namespace fs = boost::filesystem;
using testing::HasSubstr;

using Typed = std::vector<std::string>;

std::string refusal_of(const Typed& typed) {
  const auto command = parse_arguments(typed);
  EXPECT_EQ(command.status, 2) << testing::PrintToString(typed);
  return command.message;
}

const std::string kNoText = "\xff\xfe";

TEST(Typed, WhatIsNotUtf8IsNamedBeforeAnythingIsSent) {
  const std::vector<std::pair<std::string, Typed>> all{
      {"--reason", {"hold", "add", "--number", "07700 900123", "--reason", kNoText}},
      {"--reason", {"hold", "add", "--number", "07700 900123", "--reason=caf\xe9"}},
      {"--number", {"hold", "add", "--number", "07700 900123", "--number", kNoText}},
      {"--from", {"hold", "add", "--source", "door", "--from", kNoText, "--to", "now"}},
      {"--source", {"segments", "--source", "\xc3"}},
      {"--id", {"hold", "show", "0123\xed\xa0\x80"}},
      {"--to", {"backup", "keys", "--to", "/mnt/\xe4"}},
      {"--out", {"attest", "--out", kNoText}}};
  for (const auto& [name, typed] : all) {
    const auto said = refusal_of(typed);
    EXPECT_THAT(said, HasSubstr("tenure: " + name + ": is not UTF-8 text: type it again"))
        << testing::PrintToString(typed);
    EXPECT_EQ(said.find('\xff'), std::string::npos);
  }
}

TEST(Typed, TextOfEveryLanguageIsTaken) {
  for (const auto* reason :
       {"\xc3\x9fu", "\xe5\x8c\xbb\xe7\x99\x82", "\xf0\x9f\xa6\xb7", "\"quoted\" \\ {", "a\tb\nc"}) {
    const auto taken = parse_arguments({"hold", "add", "--reason", reason});
    EXPECT_EQ(taken.status, -1) << taken.message;
    EXPECT_EQ(taken.request.args.at("reason").as_string(), reason);
  }
}

TEST(Typed, AnEmptyValueIsNamedAndNotTakenForNone) {
  const std::vector<std::pair<std::string, Typed>> all{
      {"--from", {"hold", "add", "--source", "cam0", "--from", "", "--to", "now"}},
      {"--to", {"erase", "--source", "cam0", "--from", "-1h", "--to", ""}},
      {"--from", {"segments", "--from", ""}},
      {"--out", {"export", "native", "--source", "cam0", "--from", "-1h", "--to", "now", "--out", ""}},
      {"--out", {"attest", "--out", ""}},
      {"--out", {"attest", "--out="}},
      {"--reason", {"hold", "add", "--reason=", "--authority", "the manager"}},
      {"--approval", {"erase", "--number", "07700 900123", "--approval", ""}},
      {"--role", {"user", "role", "dora", "--role", "partner", "--role", ""}},
      {"name", {"user", "password", ""}},
      {"--id", {"hold", "show", ""}},
      {"--limit", {"segments", "--limit", ""}},
      {"--from-files", {"ledger", "verify", "--from-files", ""}},
      {"--checkpoint", {"restore", "--data", "d", "--keys", "k", "--recovery-key", "r", "--checkpoint", ""}},
      {"--socket", {"status", "--socket", ""}},
      {"--config", {"--config", "", "status"}}};
  for (const auto& [name, typed] : all)
    EXPECT_THAT(refusal_of(typed), testing::StartsWith("tenure: " + name + ": ")) << testing::PrintToString(typed);
  EXPECT_THAT(refusal_of(all.front().second), HasSubstr("--from: is empty: give it a value"));
}

TEST(Typed, AnExportIntoNowhereIsNotBegun) {
  const daemon::RunningDaemon daemon;
  const auto tenure = [&](Typed typed) {
    typed.insert(typed.begin(), {TENURE, "--socket", daemon.socket().string()});
    return daemon::run_program(typed);
  };
  const auto outcome =
      tenure({"export", "native", "--source", "cam0", "--from", "-1h", "--to", "now", "--out", "", "--reason", "x"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.out, testing::StartsWith("tenure: --out: is empty"));
  EXPECT_THAT(tenure({"ledger", "show"}).out, testing::Not(HasSubstr("export")));
}

TEST(Typed, APlanOrAPasswordThatIsNotUtf8IsNamedToo) {
  const auto plan = fs::temp_directory_path() / fs::unique_path("tenure-plan-%%%%%%%%.json");
  write_durably(plan, as_view("{\"mode\": \"" + kNoText + "\"}"));
  EXPECT_THAT(refusal_of({"export", "redacted", "--source", "door", "--out", "x", "--plan", plan.string()}),
              HasSubstr("--plan " + plan.string() + ": is not UTF-8 text"));
  fs::remove(plan);
  const auto login = daemon::run_program({"/bin/sh", "-c",
                                          "printf 'pass\\377word\\n123456\\n' | '" TENURE
                                          "' --socket /nonexistent/s login anna --stdin"});
  EXPECT_EQ(login.status, 2);
  EXPECT_THAT(login.out, HasSubstr("tenure: password: is not UTF-8 text"));
}

}  // namespace
}  // namespace tenure::client
