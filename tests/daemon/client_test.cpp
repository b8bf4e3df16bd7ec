// The command line of `tenure`, its tables, and how it writes what it receives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/filesystem/operations.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/client/arguments.h"
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
  for (const auto& typed : std::vector<std::vector<std::string>>{{"--source", "a", "--from", "1"},
                                                                {"--source", "a", "--to", "1"},
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

TEST_F(OutFolder, TakesNoNameThatIsAPath) {
  FolderReceiver receiver(folder_, false);
  for (const auto* name : {"", ".", "..", "../x", "/etc/x", "a/b", ".hidden", "a\nb"}) EXPECT_THROW(receiver.begin_file(name), Error) << name;
  EXPECT_THROW(receiver.data(as_view("x")), Error);
  EXPECT_THROW(receiver.end_file(), Error);
}

}  // namespace
}  // namespace tenure::client
