// A settings file with mistakes, and a daemon that goes on with the settings before: it can be asked all the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/filesystem/operations.hpp>

#include "running_daemon.h"

namespace tenure::daemon {
namespace {
using testing::HasSubstr;
using testing::Not;

class SettingsWithMistakes : public testing::Test {
 protected:
  SettingsWithMistakes() : sound_(as_text(read_whole(daemon_.config()))) {}
  void append(const std::string& more) { write_durably(daemon_.config(), as_view(sound_ + more)); }
  Outcome tenure(std::vector<std::string> typed) {
    typed.insert(typed.begin(), {TENURE, "--config", daemon_.config().string()});
    return run_program(typed);
  }
  RunningDaemon daemon_;
  std::string sound_;
};

const std::string kMistake = "[[class]]\nname = \"cctv\"\nperiod = \"P0D\"\n";

TEST_F(SettingsWithMistakes, KeepNobodyFromAskingTheDaemonThatRuns) {
  EXPECT_THAT(tenure({"status"}).out, Not(HasSubstr("mistakes")));
  append(kMistake);
  for (const auto& verb : std::vector<std::vector<std::string>>{{"status"}, {"doctor"}, {"policy", "show"}}) {
    const auto outcome = tenure(verb);
    EXPECT_EQ(outcome.status, 0) << outcome.out;
    EXPECT_THAT(outcome.out, HasSubstr("tenure: the settings have mistakes, and tenured will not take the file"));
    const auto first = outcome.out.find("class[1].period: is \"P0D\"");
    EXPECT_NE(first, std::string::npos) << outcome.out;
    EXPECT_EQ(outcome.out.find("class[1].period", first + 1), std::string::npos) << "it is said once";
  }
}

TEST_F(SettingsWithMistakes, ThatHideTheSocketSayHowToReachTheDaemon) {
  append("oh no\n");
  const auto outcome = tenure({"status"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.out, testing::AllOf(HasSubstr("is not TOML"), HasSubstr("name its socket with --socket PATH")));
  EXPECT_EQ(run_program({TENURE, "--socket", daemon_.socket().string(), "status"}).status, 0);
}

TEST_F(SettingsWithMistakes, StillKeepARestoreFromBeginning) {
  append(kMistake);
  const auto outcome =
      tenure({"restore", "--data", "/nonexistent", "--keys", "/nonexistent", "--recovery-key", "/nonexistent"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.out, HasSubstr("class[1].period"));
}

}  // namespace
}  // namespace tenure::daemon
