// The command line of `tenure`, its tables, and how it writes what it receives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/filesystem/operations.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>

#include "daemon/client/arguments.h"
#include "daemon/client/find_socket.h"
#include "daemon/client/folder_receiver.h"
#include "daemon/client/render.h"
#include "daemon/client/table.h"

namespace tenure::client {
namespace {
namespace json = boost::json;
namespace fs = boost::filesystem;

json::object args_of(const std::vector<std::string>& typed) {
  const auto command = parse_arguments(typed);
  EXPECT_EQ(command.status, -1) << command.message;
  return command.request.args;
}

TEST(FindSocket, TakesTheOneInThisFolderOnlyIfNobodyElsePreparedIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a file to somebody else";
  const fs::path folder = fs::temp_directory_path() / fs::unique_path("tenure-var-%%%%%%%%"), here = fs::current_path();
  fs::create_directories(folder / "var");
  std::ofstream((folder / "var/tenured.sock").string()) << "x";
  ::unsetenv("TENURE_SOCKET");
  fs::current_path(folder);
  EXPECT_EQ(find_socket({}, {}).path, "var/tenured.sock");
  for (const auto* part : {"var/tenured.sock", "var", "."}) {
    ASSERT_EQ(::chown(part, 12345, 12345), 0);
    EXPECT_EQ(find_socket({}, {}).path, "/run/tenure/tenured.sock") << part;
    ASSERT_EQ(::chown(part, 0, 0), 0);
  }
  fs::current_path(here);
  fs::remove_all(folder);
}

class OutFolder : public testing::Test {
 protected:
  OutFolder() : folder_(fs::temp_directory_path() / fs::unique_path("tenure-client-%%%%%%%%")) {}
  ~OutFolder() override { fs::remove_all(folder_); }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_)) all.push_back(entry.path().filename().string());
    return all;
  }
  Path folder_;
};

TEST(Arguments, GiveVerbsTheirNamesAndFields) {
  const auto command = parse_arguments({"--json", "segments", "--source", "door", "--from", "-10m", "--to", "now"});
  EXPECT_TRUE(command.json);
  EXPECT_EQ(command.request.verb, "segments");
  EXPECT_EQ(json::serialize(command.request.args), R"({"from":"-10m","source":"door","to":"now"})");
}

TEST(Arguments, TakeGlobalOptionsAfterTheVerbToo) {
  const auto command = parse_arguments({"hold", "list", "--json", "--socket", "/tmp/x"});
  EXPECT_TRUE(command.json);
  EXPECT_EQ(command.socket, "/tmp/x");
  EXPECT_EQ(command.request.verb, "hold list");
}

TEST(Arguments, KeepTheFolderOfAnExportToThemselves) {
  const auto command = parse_arguments({"export", "call", "0123", "--out", "there"});
  EXPECT_EQ(command.out, "there");
  EXPECT_EQ(json::serialize(command.request.args), R"({"call":"0123"})");
}

TEST(Arguments, PairEverySourceOfAHoldWithTheTimesThatFollowIt) {
  const auto args = args_of({"hold", "add", "--source", "a", "--from", "1", "--to", "2", "--number", "07700 900123", "--source", "b",
                             "--source", "c", "--to", "4", "--from", "3", "--reason", "r"});
  EXPECT_EQ(json::serialize(args.at("spans")),
            R"([{"source":"a","from":"1","to":"2"},{"source":"b","from":"3","to":"4"},{"source":"c","from":"3","to":"4"}])");
  EXPECT_EQ(json::serialize(args.at("numbers")), R"(["07700 900123"])");
}

TEST(Arguments, RefuseASourceOfAHoldWithoutItsTimes) {
  for (const auto& typed : std::vector<std::vector<std::string>>{{"--source", "a", "--to", "1"},
                                                                {"--from", "1", "--to", "2"},
                                                                {"--source", "a", "--from", "1", "--from", "2", "--to", "3"}}) {
    std::vector<std::string> all{"hold", "add"};
    all.insert(all.end(), typed.begin(), typed.end());
    EXPECT_EQ(parse_arguments(all).status, 2) << testing::PrintToString(typed);
  }
}

TEST(Arguments, EndWithTwoForWhatIsNoCommand) {
  EXPECT_EQ(parse_arguments({}).status, 2);
  EXPECT_EQ(parse_arguments({"nonsense"}).status, 2);
  EXPECT_EQ(parse_arguments({"status", "--nonsense"}).status, 2);
  EXPECT_EQ(parse_arguments({"export", "native", "--source", "a"}).status, 2);
  EXPECT_EQ(parse_arguments({"export", "redacted", "--out", "x", "--plan", "/nonexistent/plan"}).status, 2);
}

TEST(Arguments, SayWhichVerbIsUnknownAndWhichThereAre) {
  EXPECT_THAT(parse_arguments({"nonsense"}).message, testing::AllOf(testing::HasSubstr("\"nonsense\" is not a verb of tenure"), testing::HasSubstr("segments")));
  EXPECT_THAT(parse_arguments({"hold", "ad"}).message, testing::AllOf(testing::HasSubstr("\"ad\" is not a verb of tenure hold"), testing::HasSubstr("release")));
  EXPECT_THAT(parse_arguments({"hold"}).message, testing::HasSubstr("a verb must follow: add, list"));
  EXPECT_THAT(parse_arguments({"status", "--nonsense"}).message, testing::HasSubstr("\"--nonsense\" is not an argument of tenure status"));
  EXPECT_THAT(parse_arguments({"segments", "--limit", "abc"}).message, testing::AllOf(testing::HasSubstr("--limit"), testing::HasSubstr("\"abc\" is not a whole number")));
}

TEST_F(OutFolder, APlanThatCannotBeReadIsNamedWithItsFileAndWhatIsWrong) {
  fs::create_directories(folder_);
  write_durably(folder_ / "empty.json", as_view("\n"));
  const auto said = [](const Path& file) {
    const auto command = parse_arguments({"export", "redacted", "--out", "x", "--plan", file.string()});
    EXPECT_EQ(command.status, 2);
    EXPECT_THAT(command.message, testing::HasSubstr("--plan " + file.string() + ": "));
    return command.message;
  };
  EXPECT_THAT(said(folder_ / "empty.json"), testing::HasSubstr("is empty"));
  EXPECT_THAT(said(folder_), testing::HasSubstr("is a folder"));
  EXPECT_THAT(said("/dev/zero"), testing::HasSubstr("over 4 MiB"));
  EXPECT_THAT(said(folder_ / "nowhere.json"), testing::HasSubstr("No such file"));
}

TEST(Arguments, EndWithZeroForHelpAndVersion) {
  EXPECT_EQ(parse_arguments({"--help"}).status, 0);
  EXPECT_THAT(parse_arguments({"hold", "add", "--help"}).message, testing::HasSubstr("--review"));
  EXPECT_THAT(parse_arguments({"--version"}).message, testing::StartsWith("tenure "));
}

TEST(Tables, AlignNumbersRightAndLeaveNoSpacesBehind) {
  Table table({"NAME", "COUNT", "WHY"});
  table.add({"a", "5", ""});
  table.add({"long", "120", "x"});
  EXPECT_EQ(table.text(), "NAME  COUNT  WHY\na         5\nlong    120  x\n");
}

TEST(Tables, LetNothingFromOutsideReachTheTerminal) {
  const auto text = render("sources", json::parse(R"([{"name":"a\u001b[2Jb\nc"}])"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_THAT(text, testing::HasSubstr("a?[2Jb?c"));
}

TEST(Tables, ShowSizesAndRatesInUnits) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(1024.0 * 1024 * 1024 * 200), "200 GiB");
  EXPECT_EQ(bits_text(4'100'000), "4.1 Mb/s");
}

TEST(Tables, ListEveryProblemOfACallFolderUpToFifty) {
  json::array problems;
  for (int i = 0; i < 53; ++i) problems.push_back({{"file", "call-" + std::to_string(i) + ".wav"}, {"why", "is empty"}});
  const auto text = render("status", json::object{{"calls", json::array{json::object{{"name", "desk"}, {"problems", problems}}}}});
  EXPECT_THAT(text, testing::HasSubstr("call-49.wav: is empty\n  and 3 more\n"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("call-50.wav")));
}

TEST(Tables, WarnOfAHoldThatKeepsNothing) {
  const auto said = [](const char* verb, const char* hold) { return render(verb, json::parse(hold)); };
  const auto* nothing = R"({"placed_by": "anna", "state": "active", "segments": [], "recordings": 0, "keeps_nothing": true, "keeps_to_come": false})";
  for (const auto* verb : {"hold add", "hold show"})
    EXPECT_THAT(said(verb, nothing), testing::HasSubstr("WARNING: this hold keeps nothing: no recording of what it names is here, and none is to come.")) << verb;
  EXPECT_THAT(said("hold preview", R"({"state": "preview", "segments": [], "recordings": 0, "keeps_nothing": true})"),
              testing::HasSubstr("WARNING: this hold would keep nothing:"));
  const auto yet = said("hold add", R"({"state": "active", "segments": [], "keeps_nothing": false, "keeps_to_come": true, "numbers": ["07700 900123"]})");
  EXPECT_THAT(yet, testing::HasSubstr("no recording of what it names is here yet: it keeps what is to come."));
  EXPECT_THAT(yet, testing::Not(testing::HasSubstr("WARNING")));
  const auto* hidden = R"({"state": "active", "segments": [], "calls_not_shown": true, "keeps_nothing": null, "keeps_to_come": false})";
  for (const auto* kept : {R"({"state": "active", "segments": [{"id": "a"}]})", R"({"state": "active"})", hidden,
                           R"({"state": "released", "segments": [], "keeps_nothing": true})"})
    EXPECT_THAT(said("hold show", kept), testing::Not(testing::AnyOf(testing::HasSubstr("WARNING"), testing::HasSubstr("here yet")))) << kept;
}

TEST(Tables, TellOneThingFromSeveral) {
  const auto text = render("hold show", json::parse(R"({"placed_by": "anna", "segments": [{}], "recordings": 1, "numbers": ["07700 900123", "07700 900124"], "calls": []})"));
  EXPECT_THAT(text, testing::AllOf(testing::HasSubstr("keeps 1 recording,"), testing::HasSubstr("2 numbers: 07700 900123, 07700 900124; 0 calls named")));
}

TEST(Tables, SayOfALargeHoldThatNotAllIsListed) {
  const auto text = render("hold show", json::parse(R"({"placed_by": "anna", "segments": [{}], "recordings": 10001})"));
  EXPECT_THAT(text, testing::AllOf(testing::HasSubstr("keeps 10001 recordings,"), testing::HasSubstr("these are the oldest 1 of them")));
}

TEST(Tables, ShowAHoldToWhoMayNotSeeItAsNoMoreThanPlaced) {
  EXPECT_EQ(render("hold add", json::parse(R"({"id": "01", "state": "active", "ledger_number": 7})")),
            "hold 01 placed; who may see holds can look at it with: tenure hold show 01\n");
  EXPECT_EQ(render("hold extend", json::parse(R"({"id": "01", "state": "active", "review": "2027-01-01T23:59:59Z"})")),
            "hold 01 has its review at 2027-01-01T23:59:59Z; who may see holds can look at it with: tenure hold show 01\n");
}

TEST(Tables, SayThatALongerPeriodCountsAtOnce) {
  auto version = json::parse(R"({"class": "cctv", "period": "P31D", "state": "waiting", "asked_at": "2026-03-02T14:00:00Z", "effective_at": "2026-03-02T14:00:00Z"})");
  EXPECT_THAT(render("policy change", version), testing::Not(testing::HasSubstr("policy cancel")));
  version.as_object()["effective_at"] = "2026-03-05T14:00:00Z";
  EXPECT_THAT(render("policy change", version), testing::HasSubstr("until then: tenure policy cancel cctv"));
}

// What main() ends with status 1 for.
TEST(Tables, TellOfAnActThatWaitsForASecondPerson) {
  const auto waits = json::parse(R"({"state": "waiting", "approval": {"id": "01", "act": "time lower"}})");
  EXPECT_THAT(waits_for_approval("time lower", waits), testing::HasSubstr("not done yet: do the same again with --approval 01"));
  EXPECT_THAT(render("time lower", waits), testing::HasSubstr("time lower"));
}

TEST(Tables, ShowAnAnswerOfAnyShapeWithoutFailing) {
  for (const auto* verb : {"status", "sources", "segments", "gaps", "calls find", "hold list", "hold add", "export native", "sweep", "ledger show", "doctor"})
    for (const auto* answer : {"null", "[]", "{}", "[1, null, {}]", R"({"segments": 3, "due": [null]})"})
      EXPECT_NO_THROW(render(verb, json::parse(answer))) << verb << answer;
}

TEST_F(OutFolder, HoldsAFileUnderItsNameOnlyWhenItIsWhole) {
  FolderReceiver receiver(folder_, false);
  receiver.begin_file("clip.mp4");
  receiver.data(as_view("abc"));
  EXPECT_THAT(names(), testing::ElementsAre("clip.mp4.part"));
  receiver.data(as_view("def"));
  receiver.end_file();
  EXPECT_THAT(names(), testing::ElementsAre("clip.mp4"));
  EXPECT_EQ(as_text(read_whole(folder_ / "clip.mp4")), "abcdef");
}

TEST_F(OutFolder, LosesWhatIsNotWholeWhenTheExportIsAbandoned) {
  FolderReceiver receiver(folder_, false);
  receiver.begin_file("clip.mp4");
  receiver.data(as_view("abc"));
  EXPECT_TRUE(receiver.abandon());
  EXPECT_THAT(names(), testing::IsEmpty());
  EXPECT_FALSE(receiver.abandon());
}

TEST_F(OutFolder, NeverHasAFileOverwritten) {
  FolderReceiver receiver(folder_, false);
  write_durably(folder_ / "clip.mp4", as_view("mine"));
  EXPECT_THROW(receiver.begin_file("clip.mp4"), Error);
  receiver.begin_file("other.mp4");
  write_durably(folder_ / "other.mp4", as_view("came meanwhile"));
  EXPECT_THROW(receiver.end_file(), Error);
  EXPECT_EQ(as_text(read_whole(folder_ / "clip.mp4")), "mine");
  EXPECT_EQ(as_text(read_whole(folder_ / "other.mp4")), "came meanwhile");
}

TEST_F(OutFolder, TakenBackLeavesNeitherFilesNorTheFoldersItMade) {
  fs::create_directories(folder_);
  FolderReceiver receiver(folder_ / "new" / "deep", false);
  receiver.begin_file("clip.mp4");
  receiver.end_file();
  receiver.begin_file("half.mp4");
  EXPECT_TRUE(receiver.take_back());
  EXPECT_THAT(names(), testing::IsEmpty());
  FolderReceiver empty(folder_ / "new", false);
  EXPECT_FALSE(empty.take_back());
  EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(OutFolder, ThatWasThereStaysWithWhatItHeldWhenAnExportIsTakenBack) {
  fs::create_directories(folder_);
  write_durably(folder_ / "notes.txt", as_view("mine"));
  FolderReceiver receiver(folder_, false);
  receiver.begin_file("clip.mp4");
  receiver.take_back();
  EXPECT_THAT(names(), testing::ElementsAre("notes.txt"));
}

TEST_F(OutFolder, ThatHoldsAnExportIsRefusedForAnother) {
  fs::create_directories(folder_);
  write_durably(folder_ / "manifest-sha256.txt", as_view("00  clip.mp4\n"));
  try {
    FolderReceiver receiver(folder_, false);
    ADD_FAILURE() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::refused);
    EXPECT_THAT(error.message(), testing::HasSubstr("holds an export already"));
  }
}

TEST_F(OutFolder, TakesNoNameThatIsAPath) {
  FolderReceiver receiver(folder_, false);
  for (const auto* name : {"", ".", "..", "../x", "/etc/x", "a/b", ".hidden", "a\nb"}) EXPECT_THROW(receiver.begin_file(name), Error) << name;
  EXPECT_THROW(receiver.data(as_view("x")), Error);
  EXPECT_THROW(receiver.end_file(), Error);
}

}  // namespace
}  // namespace tenure::client
