// The real daemon and the real client over the real socket: no cameras, everything else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/filesystem/operations.hpp>
#include <boost/json/parse.hpp>
#include <chrono>
#include <thread>

#include "base/error.h"
#include "daemon/client/connection.h"
#include "running_daemon.h"

namespace tenure::daemon {
namespace {

constexpr uid_t kNobody = 65534;

class Socket : public testing::Test {
 protected:
  Outcome tenure(std::vector<std::string> typed) {
    typed.insert(typed.begin(), {TENURE, "--socket", daemon_.socket().string()});
    return run_program(typed);
  }
  // What comes back for raw bytes, until the daemon hangs up or falls silent after we stop sending.
  std::string raw(View bytes) {
    const File socket = daemon_.connect();
    while (!bytes.empty()) {
      const auto sent = ::send(socket.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    ::shutdown(socket.descriptor(), SHUT_WR);
    std::string all;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::recv(socket.descriptor(), buffer.data(), buffer.size(), 0)) > 0;) all.append(buffer.data(), static_cast<std::size_t>(got));
    return all;
  }
  // Until the first sweep after the start has run, content is closed (I5).
  void wait_until_content_is_open() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(90);
    while (tenure({"segments"}).status != 0 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  bool answers() { return tenure({"--json", "version"}).status == 0; }
  RunningDaemon daemon_;
};

TEST_F(Socket, StatusIsOneJsonDocument) {
  const auto outcome = tenure({"--json", "status"});
  ASSERT_EQ(outcome.status, 0) << outcome.out;
  const auto status = boost::json::parse(outcome.out);
  EXPECT_EQ(status.at("version").as_string(), TENURE_VERSION);
  EXPECT_FALSE(status.at("trial").as_bool());
  EXPECT_THAT(tenure({"status"}).out, testing::HasSubstr("next expiry: none"));
}

TEST_F(Socket, EveryVerbThatOnlyLooksAnswers) {
  wait_until_content_is_open();
  for (const auto& verb : std::vector<std::vector<std::string>>{{"sources"}, {"segments"}, {"gaps"}, {"hold", "list"}, {"sweep", "--dry-run"},
                                                               {"policy", "show"}, {"ledger", "show"}, {"doctor"}, {"version"},
                                                               {"calls", "find", "--number", "07700 900123"}}) {
    const auto outcome = tenure(verb);
    EXPECT_EQ(outcome.status, 0) << verb[0] << ": " << outcome.out;
  }
}

TEST_F(Socket, HoldAddWithoutAReasonNamesTheFieldAndEndsWithTwo) {
  const auto outcome = tenure({"hold", "add", "--number", "07700 900123", "--authority", "manager", "--review", "2099-12-01"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.out, testing::HasSubstr("reason"));
}

TEST_F(Socket, AHoldIsPlacedShownAndReleased) {
  const auto added = tenure({"--json", "hold", "add", "--number", "07700 900123", "--reason", "claim", "--authority", "manager", "--review", "2099-12-01"});
  ASSERT_EQ(added.status, 0) << added.out;
  const std::string id(boost::json::parse(added.out).at("id").as_string());
  EXPECT_THAT(tenure({"hold", "list"}).out, testing::HasSubstr(id));
  EXPECT_EQ(tenure({"hold", "show", id}).status, 0);
  EXPECT_EQ(tenure({"hold", "release", id}).status, 2);
  EXPECT_EQ(tenure({"hold", "release", id, "--reason", "settled"}).status, 0);
  EXPECT_THAT(tenure({"status"}).out, testing::HasSubstr("1 releasing"));
}

TEST_F(Socket, AnExportOfNothingFailsAndLeavesNothingBehind) {
  const Path out = daemon_.folder() / "out";
  const auto outcome = tenure({"export", "native", "--source", "door", "--from", "-10m", "--to", "now", "--out", out.string()});
  EXPECT_NE(outcome.status, 0) << outcome.out;
  EXPECT_FALSE(boost::filesystem::exists(out));
}

TEST_F(Socket, AnUnknownVerbIsRefusedAndTheConnectionGoesOn) {
  client::Connection connection(daemon_.socket());
  try {
    connection.ask({"frobnicate", {}}, nullptr);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
  }
  EXPECT_THAT(connection.ask({"version", {}}, nullptr), testing::HasSubstr(TENURE_VERSION));
}

TEST_F(Socket, NonsenseGetsAnErrorAndHarmsNobody) {
  const std::string http = "GET / HTTP/1.1\r\n\r\n";
  EXPECT_THAT(raw(as_view(http)), testing::HasSubstr("usage"));
  EXPECT_THAT(raw(wire::encode(wire::Type::json, as_view("nonsense"))), testing::HasSubstr("not JSON"));
  EXPECT_THAT(raw(wire::encode(wire::Type::data, as_view("x"))), testing::HasSubstr("type J"));
  EXPECT_EQ(raw(as_view("")), "");
  EXPECT_EQ(raw(as_view("ab")), "");
  EXPECT_TRUE(answers());
}

TEST_F(Socket, OversizeFramesAndRequestsAreRefused) {
  EXPECT_THAT(raw(Blob{0xff, 0xff, 0xff, 0xff, 'J'}), testing::HasSubstr("over the limit"));
  const Blob part = wire::encode(wire::Type::part, Blob(wire::kLargestFrame, ' '));
  Blob endless;
  for (int i = 0; i < 8; ++i) endless.insert(endless.end(), part.begin(), part.end());
  raw(endless);  // it hangs up in the midst of it
  EXPECT_TRUE(answers());
}

TEST_F(Socket, ConnectionsHeldOpenShutNobodyOut) {
  std::vector<File> idle;
  for (int i = 0; i < 60; ++i) {
    idle.push_back(daemon_.connect());
    if (i % 10 == 9) {
      EXPECT_TRUE(answers()) << i;
    }
  }
  idle.clear();
  EXPECT_TRUE(answers());
}

TEST_F(Socket, AnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  ASSERT_EQ(::chmod(daemon_.socket().c_str(), 0666), 0);  // so that only the peer's credentials stand in the way
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) ::_exit(9);
    try {
      client::Connection(daemon_.socket()).ask({"status", {}}, nullptr);
      ::_exit(1);
    } catch (const Error& error) {
      ::_exit(error.kind() == ErrorKind::refused ? 0 : 2);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(Socket, IsClosedToOthersByItsMode) {
  struct stat info {};
  ASSERT_EQ(::stat(daemon_.socket().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0660u);
}

TEST_F(Socket, ASecondDaemonOnTheSameStateSaysWhoHasIt) {
  const auto outcome = run_program({TENURED, "--config", daemon_.config().string()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, testing::HasSubstr(std::to_string(daemon_.pid())));
  EXPECT_TRUE(answers());
}

TEST_F(Socket, ABadReloadKeepsTheSettingsBefore) {
  write_durably(daemon_.config(), as_view("[storage]\nnonsense = 1\n"));
  ::kill(daemon_.pid(), SIGHUP);
  EXPECT_TRUE(answers());
  EXPECT_EQ(daemon_.stop_with(SIGTERM, Seconds(60)), 0);
}

TEST_F(Socket, SigtermStopsWithinFiveSecondsEvenWithClientsConnected) {
  const File idle = daemon_.connect();
  const File midway = daemon_.connect();
  ASSERT_EQ(::send(midway.descriptor(), "\0\0\0", 3, MSG_NOSIGNAL), 3);
  // By its own clock: where 5 s would be passed it ends with another status. What a sanitizer does at the end is none of it.
  EXPECT_EQ(daemon_.stop_with(SIGTERM, Seconds(60)), 0);
  EXPECT_NE(::access(daemon_.socket().c_str(), F_OK), 0);
  const auto outcome = tenure({"status"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, testing::HasSubstr("does not run"));
}

TEST_F(Socket, SigintStopsItToo) { EXPECT_EQ(daemon_.stop_with(SIGINT, Seconds(60)), 0); }

TEST_F(Socket, AnExportIntoAFolderThatHoldsOneAsksNothingOfTheDaemon) {
  const Path out = daemon_.folder() / "out";
  make_directories(out);
  write_durably(out / "manifest-sha256.txt", as_view("x"));
  const auto outcome = tenure({"export", "native", "--source", "door", "--from", "-1m", "--to", "now", "--out", out.string()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, testing::HasSubstr("holds an export already"));  // not: no camera named door
}

TEST_F(Socket, AFailedExportLeavesNoFolder) {
  wait_until_content_is_open();
  const Path out = daemon_.folder() / "new" / "out";
  const auto outcome = tenure({"export", "native", "--source", "door", "--from", "-1m", "--to", "now", "--out", out.string()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, testing::HasSubstr("no camera named door"));
  EXPECT_NE(::access((daemon_.folder() / "new").c_str(), F_OK), 0);
}

TEST_F(Socket, AnUnknownCameraIsAFailureForEveryVerb) {
  wait_until_content_is_open();
  for (const std::vector<std::string>& typed : std::vector<std::vector<std::string>>{
           {"segments", "--source", "door"}, {"gaps", "--source", "door"},
           {"hold", "add", "--source", "door", "--from", "-1m", "--to", "now", "--reason", "r", "--authority", "a", "--review", "2099-12-01"}})
    EXPECT_EQ(tenure(typed).status, 1) << testing::PrintToString(typed);
}

TEST_F(Socket, WhatIsWrongInAPlanIsSaidOfItsFile) {
  wait_until_content_is_open();
  const Path plan = daemon_.folder() / "plan.json";
  write_durably(plan, as_view("{\"mode\": \"blur\"}"));
  const auto outcome = tenure({"export", "redacted", "--source", "door", "--from", "-1m", "--to", "now", "--plan", plan.string(), "--out", (daemon_.folder() / "out").string()});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.out, testing::HasSubstr("--plan " + plan.string() + ": plan: cannot be used"));
}

TEST(Tenured, TriesTheFoldersThatItsSettingsName) {
  const Path folder = boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenured-%%%%%%%%");
  make_directories(folder);
  const auto outcome_of = [&](const std::string& path, bool check) {
    const auto text = "[storage]\npath = \"" + path + "\"\n[daemon]\nsocket = \"" + (folder / "s").string() + "\"\n";
    write_durably(folder / "tenure.toml", as_view(text));
    std::vector<std::string> command{TENURED, "--config", (folder / "tenure.toml").string()};
    if (check) command.push_back("--check-config");
    return run_program(command);
  };
  const auto file = (folder / "tenure.toml").string();
  for (const auto& path : {file, file + "/below", std::string("/proc/state")}) {
    const auto checked = outcome_of(path, true);
    EXPECT_EQ(checked.status, 2) << path;
    EXPECT_THAT(checked.out, testing::HasSubstr("storage.path: \"" + path + "\""));
    const auto started = outcome_of(path, false);
    EXPECT_EQ(started.status, 1) << path;
    EXPECT_THAT(started.out, testing::HasSubstr("storage.path"));
  }
  EXPECT_EQ(outcome_of((folder / "not" / "yet").string(), true).status, 0);
  EXPECT_NE(::access((folder / "not").c_str(), F_OK), 0) << "a check made it";
  // A vault that is no trial's, checked for one.
  make_directories(folder / "vault");
  write_durably(folder / "vault" / "tenure-vault", as_view("vault main\nid 019cadfe7360749b9978563f311dc23d\ntrial no\n"));
  const auto vault = "\ntrial = true\n[[vault]]\nid = \"main\"\npath = \"" + (folder / "vault").string() + "\"\n#";
  const auto refused = outcome_of((folder / "not").string() + "\"" + vault, true);
  EXPECT_EQ(refused.status, 2) << refused.out;
  EXPECT_THAT(refused.out, testing::HasSubstr("vault.path: \"" + (folder / "vault").string() + "\" cannot be used: The vault main was not made for a trial"));
  boost::filesystem::remove_all(folder);
}

TEST(Tenured, RefusesSettingsWithMistakesAndListsThem) {
  const auto missing = run_program({TENURED, "--config", "/nonexistent/tenure.toml", "--check-config"});
  EXPECT_NE(missing.status, 0);
  EXPECT_THAT(missing.out, testing::HasSubstr("/nonexistent/tenure.toml"));
  EXPECT_EQ(run_program({TENURED, "--frobnicate"}).status, 2);
  EXPECT_EQ(run_program({TENURED, "--version"}).out, "tenured " TENURE_VERSION "\n");
}

}  // namespace
}  // namespace tenure::daemon
