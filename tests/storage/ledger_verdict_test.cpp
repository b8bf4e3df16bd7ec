// What verification says of a ledger whose files, batches, erasures or prunings do not fit, each by itself.
#include <gmock/gmock.h>

#include "storage/ledger/batches.h"
#include "storage/ledger/tile_files.h"
#include "storage/ledger/verify_tree.h"
#include "tests/storage/ledger_practice.h"

namespace tenure::storage {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(LedgerVerdict, OnPruningHoldsTheMissingActsToTheLastActOfPruning) {
  const auto said = [](std::uint64_t pruned, const std::string& subject) {
    LedgerReport report;
    check_pruned(pruned, subject, report);
    EXPECT_EQ(report.pruned, pruned);
    return first_problem(report);
  };
  EXPECT_EQ(said(0, ""), "");
  EXPECT_EQ(said(256, R"({"through":256})"), "");
  EXPECT_EQ(said(256, R"({"through":512})"),
            "entry 257: the entries up to 256 are gone, and the last pruning went up to 512");
  EXPECT_THAT(said(512, R"({"through":256})"), StartsWith("entry 257: "));
  for (const auto* none : {"", "[256]", "{}", R"({"through":"256"})", "through 256"})
    EXPECT_EQ(said(256, none), "entry 1: the entries up to 256 are gone, and the last pruning is not recorded") << none;
}

TEST(LedgerVerdict, OnACatalogueWithoutAnActIsThatItIsSound) {
  TemporaryFolder folder;
  Catalogue fresh(folder.path);
  LedgerReport report;
  verify_meaning(fresh, verify_history({fresh, folder.path, {}, 0}, report), report);
  EXPECT_EQ(first_problem(report), "");
  EXPECT_EQ(report.entries, 0u);
  EXPECT_EQ(report.root, merkle::empty_root());
}

class Verdicts : public testing::Test {
 protected:
  Verdicts() {
    practice.act(290);
    practice.ledger->checkpoint("asked");
  }
  void add(const std::string& act, const std::string& subject) {
    practice.practice.parts->catalogue.append_ledger(
        ledger_entry(practice.practice.clock.now(), {"manager"}, act, subject));
  }
  void put(const std::string& name, const Blob& bytes) { write_durably(practice.files() / name, bytes); }
  Blob read(const std::string& name) { return read_tile_file(practice.files(), name); }
  LedgerReport by_files(bool with_key = true) {
    return verify_files(practice.files(), with_key ? std::optional(practice.key()) : std::nullopt);
  }
  std::vector<std::string> problems(const LedgerReport& report) {
    std::vector<std::string> all;
    for (const auto& one : report.problems) all.push_back(std::to_string(one.entry) + ": " + one.what);
    return all;
  }
  BatchCheck batches() {
    BatchCheck check;
    const auto some = [&](sqlite::Connection& db) { return check_some_batches(db, check); };
    while (practice.practice.parts->catalogue.state().read(some)) {}
    return check;
  }

  LedgerPractice practice;
};

TEST_F(Verdicts, AnActBeforeTheFirstOrBehindTheLastIsNotInTheTree) {
  ASSERT_EQ(practice.verdict(), "");
  for (const auto* number : {"0", "10000"}) {
    practice.intrude("INSERT INTO ledger(number, at, act, subject, actor, reason) SELECT " + std::string(number) +
                     ", at, act, subject, actor, reason FROM ledger WHERE number = 5");
    EXPECT_THAT(practice.verdict(), HasSubstr("the catalogue has an entry that is not in the tree")) << number;
    practice.intrude("DELETE FROM ledger WHERE number = " + std::string(number));
    EXPECT_EQ(practice.verdict(), "");
  }
}

TEST_F(Verdicts, OnlyAnActOfErasureThatNamesTheEntryExcusesThatItsDetailIsGone) {
  for (const auto* subject : {R"("5")", "{}", R"({"entries":5})", R"({"entries":["5"]})", R"({"entries":[4, 6]})"})
    add("ledger-erase", subject);
  practice.tick();
  practice.intrude("DELETE FROM ledger_detail WHERE number = 5");
  EXPECT_EQ(practice.verdict(), "entry 5: who acted and why is gone, and no act of erasure says so");
  add("ledger-erase", R"({"entries":[5]})");
  practice.tick();
  EXPECT_EQ(practice.verdict(), "");
  EXPECT_EQ(practice.ledger->verify().erased, 1u);
}

TEST_F(Verdicts, ABatchWhoseEntryDoesNotTellItsSegmentsIsNamed) {
  const auto now = practice.practice.clock.now();
  practice.practice.record_row("front", {now - Seconds(60), now});
  practice.practice.clock.advance(std::chrono::minutes(20));
  practice.tick();
  auto query = practice.practice.parts->catalogue.state().read([](sqlite::Connection& db) {
    auto found = db.query("SELECT number, subject FROM ledger WHERE act = 'capture'");
    EXPECT_TRUE(found.step());
    return std::pair(found.natural(0), found.text(1));
  });
  const auto& [number, subject] = query;
  ASSERT_TRUE(batches().problems.empty());
  const auto root = subject.substr(subject.find(R"("root")"));
  for (const auto& wrong :
       {std::string("no JSON"), std::string("[]"), std::string("{}"), std::string(R"({"segments":1})"), "{" + root,
        R"({"segments":"1",)" + root, R"({"segments":2,)" + root, std::string(R"({"segments":1,"root":5})"),
        std::string(R"({"segments":1,"root":"00"})")}) {
    practice.intrude("UPDATE ledger SET subject = '" + wrong + "' WHERE number = " + std::to_string(number));
    const auto check = batches();
    EXPECT_EQ(check.batches, 1u);
    ASSERT_EQ(check.problems.size(), 1u) << wrong;
    EXPECT_EQ(check.problems[0].first, number);
    EXPECT_THAT(check.problems[0].second, HasSubstr("not that of the 1 segments"));
  }
}

TEST_F(Verdicts, OfFilesWithoutALedgerIsThatThereIsNone) {
  TemporaryFolder empty;
  EXPECT_THAT(error_of([&] { verify_files(empty.path, {}); }),
              HasSubstr("There is no ledger in " + empty.path.string()));
}

TEST_F(Verdicts, OfFilesUsesTheKeyBesideThemAndSaysWhenThereIsNone) {
  EXPECT_TRUE(by_files(/*with_key=*/false).sound());
  EXPECT_GT(by_files(/*with_key=*/false).signed_through, 256u);
  remove_file(practice.files() / "key.vkey");
  const auto report = by_files(/*with_key=*/false);
  EXPECT_THAT(problems(report), testing::ElementsAre("0: key.vkey: is no verifier key; give one with --key"));
  EXPECT_EQ(report.signed_through, 0u);
}

TEST_F(Verdicts, OfFilesDoesNotTakeAHalfWrittenCheckpointForOne) {
  put("checkpoints/290.new", Blob{1, 2, 3});
  EXPECT_TRUE(by_files().sound());
  put("checkpoints/290", Blob{1, 2, 3});
  EXPECT_THAT(problems(by_files()), testing::Contains("0: checkpoints/290: is no checkpoint"));
}

TEST_F(Verdicts, OfFilesNamesAPieceOfALineThatIsLeftOver) {
  auto bundle = read(bundle_path(1));
  bundle.insert(bundle.end(), {0, 9, 'x'});
  put(bundle_path(1), bundle);
  EXPECT_THAT(first_problem(by_files()), HasSubstr("it is not in the tree"));
}

TEST_F(Verdicts, OfFilesKeepsItsListShortHoweverMuchIsWrong) {
  auto bodies = std::vector<std::string>(256, "{}");
  put(bundle_path(0), bundle_of(bodies));
  const auto report = by_files();
  EXPECT_EQ(report.problems.size(), kMostProblems);
  EXPECT_EQ(report.problems[0].entry, 1u);
}

TEST_F(Verdicts, OfFilesNamesTheFirstActOfABundleThatIsMissing) {
  remove_file(practice.files() / bundle_path(1));
  EXPECT_THAT(first_problem(by_files()), StartsWith("entry 257: tile/entries/001: it is missing"));
}

TEST_F(Verdicts, OfFilesSeesThatAPrunedBundlesHashesAreGoneToo) {
  remove_file(practice.files() / bundle_path(0));
  auto tile = read(tile_path(0, 0));
  tile.resize(std::size_t{10} * 32);
  put(tile_path(0, 0), tile);
  const auto all = problems(by_files());
  EXPECT_THAT(all, testing::Contains(HasSubstr("its hash is missing from the tree")));
  EXPECT_THAT(all, testing::Contains(HasSubstr("the last pruning is not recorded")));
}

TEST_F(Verdicts, OfFilesTakesNoOtherActsWordForAPruning) {
  add("note", R"({"act":"ledger-prune","through":256})");
  practice.tick();
  practice.ledger->checkpoint("asked");
  EXPECT_TRUE(by_files().sound()) << first_problem(by_files());
  remove_file(practice.files() / bundle_path(0));
  EXPECT_THAT(problems(by_files()), testing::Contains(HasSubstr("the last pruning is not recorded")));
  // A line in which it only looks like one.
  const auto whole = read(bundle_path(1));
  const auto lines = read_bundle(whole).bodies;
  std::vector<std::string> bodies(lines.begin(), lines.end());
  bodies.back() = R"({"number":)" + std::to_string(256 + bodies.size()) + R"(,"act":"ledger-prune")";
  put(bundle_path(1), bundle_of(bodies));
  EXPECT_THAT(problems(by_files()), testing::Contains(HasSubstr("the last pruning is not recorded")));
}

}  // namespace
}  // namespace tenure::storage
