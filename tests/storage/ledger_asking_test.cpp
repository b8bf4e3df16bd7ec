// What the ledger is asked for that it does not have, what it forgets only once, and copies that cannot be reached.
#include <gmock/gmock.h>

#include "storage/ledger/entry.h"
#include "tests/storage/ledger_practice.h"

namespace tenure::storage {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;
using testing::StartsWith;

class LedgerAsked : public testing::Test {
 protected:
  LedgerAsked() { practice.act(20); }
  std::uint64_t entries() const { return practice.ledger->status().entries; }
  LedgerPractice practice;
};

TEST_F(LedgerAsked, ForAnEntryThatIsNotThereSaysSo) {
  EXPECT_THAT(error_of([&] { practice.ledger->prove(0); }), StartsWith("not_found: There is no ledger entry 0"));
  EXPECT_THAT(error_of([&] { practice.ledger->prove(1'000); }), StartsWith("not_found: There is no ledger entry 1000"));
  const auto last = practice.ledger->prove(entries());
  EXPECT_TRUE(merkle::verify_inclusion(last.index, last.size, merkle::leaf_hash(as_view(last.line)), last.inclusion,
                                       read_note(last.note, practice.key())->checkpoint.root));
}

TEST_F(LedgerAsked, ForAGrowthThatCannotHaveBeenSaysSo) {
  const auto growth = [&](std::uint64_t from, std::uint64_t to) {
    return error_of([&] { static_cast<void>(practice.ledger->prove_growth(from, to)); });
  };
  EXPECT_EQ(growth(3, entries()), "no error");
  EXPECT_EQ(growth(3, 3), "no error");
  for (const auto& [from, to] : {std::pair<std::uint64_t, std::uint64_t>{0, 3}, {4, 3}, {1, entries() + 1}})
    EXPECT_THAT(growth(from, to), StartsWith("usage: from: must be at least 1")) << from << " to " << to;
}

TEST_F(LedgerAsked, ToForgetSomebodyTwiceSaysThatNothingIsLeft) {
  const auto first = practice.ledger->erase_detail({3, 4}, {"manager"}, "a right");
  practice.ledger->erase_detail({4, 5}, {"manager"}, "a right");
  EXPECT_THAT(practice.practice.parts->catalogue.ledger(first, 2).back().subject, HasSubstr("[5]"))
      << "4 was forgotten before";
  EXPECT_THAT(error_of([&] { practice.ledger->erase_detail({3, 4, 5, 1'000}, {"manager"}, "a right"); }),
              HasSubstr("None of these"));
  EXPECT_EQ(practice.verdict(), "");
}

TEST_F(LedgerAsked, ToPruneWhatIsPrunedOrIsNotAWholeBundleDropsNothing) {
  EXPECT_EQ(practice.ledger->prune(practice.practice.clock.now(), {"tenured"}, "six years"), 0u);
  practice.act(600);
  const auto before = practice.practice.clock.now() - minutes(300);
  EXPECT_EQ(practice.ledger->prune(before, {"tenured"}, "six years"), 256u);
  const auto now = entries();
  EXPECT_EQ(practice.ledger->prune(before, {"tenured"}, "six years"), 0u);
  EXPECT_EQ(entries(), now) << "and no act says it did";
  practice.act(300);
  EXPECT_EQ(practice.ledger->prune(practice.practice.clock.now() - minutes(200), {"tenured"}, "six years"), 256u);
  EXPECT_EQ(practice.ledger->prove(5).line, "") << "its line is gone, its place is proved";
  EXPECT_EQ(practice.verdict(), "");
}

TEST(LedgerAskedAtOnce, ToPruneBeforeTheFirstActDropsNothing) {
  LedgerPractice practice;
  const auto entries = practice.ledger->status().entries;
  EXPECT_EQ(practice.ledger->prune(practice.practice.clock.now(), {"tenured"}, "six years"), 0u);
  EXPECT_EQ(practice.ledger->status().entries, entries);
}

TEST(LedgerCopies, ThatCannotBeReachedAreTriedAgainAndTheirTroubleIsTold) {
  TemporaryFolder disk;
  const auto file = disk.path / "not a folder";
  File(file, File::Mode::create).sync();
  LedgerPractice practice({file / "copies", disk.path});
  practice.act(3);
  const auto first = practice.ledger->status().copies;
  ASSERT_EQ(first.size(), 2u);
  EXPECT_NE(first[0].problem, "");
  EXPECT_FALSE(first[0].copied_at);
  EXPECT_EQ(first[1].problem, "") << "one that cannot be reached does not keep the other";
  EXPECT_TRUE(first[1].copied_at);
  practice.practice.clock.advance(minutes(11));
  practice.tick();
  EXPECT_EQ(practice.ledger->status().copies[0].problem, first[0].problem);
  remove_file(file);
  make_directories(file / "copies");  // its disk is there again
  practice.practice.clock.advance(minutes(11));
  practice.tick();
  EXPECT_EQ(practice.ledger->status().copies[0].problem, "");
  EXPECT_TRUE(practice.ledger->status().copies[0].copied_at);
}

}  // namespace
}  // namespace tenure::storage
