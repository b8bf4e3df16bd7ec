// One hold over more than a receipt lists.
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/holds/hold_load.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::minutes;

const Instant kStart = at("2026-03-02T10:00:00Z");
constexpr int kListed = static_cast<int>(kMostListed);
constexpr std::uint64_t kAll = kMostListed + 5;

TEST(ManyUnderOneHold, TheOldestAreListedAndAllAreCountedAndAccountedFor) {
  Practice practice{kStart};
  practice.record_many("front", kStart, kListed + 3);
  practice.record_many("front", kStart + minutes(kListed + 4), 2);  // a minute is missing, behind all that is listed
  practice.parts->catalogue.write([](Catalogue::Transaction& transaction) { transaction.db.script("UPDATE segment SET bytes = 7"); });
  practice.clock.advance(days(8));
  const auto request = practice.request({{"front", {kStart, kStart + minutes(kListed + 6)}}});
  HoldLoad load;
  const auto foretold = practice.parts->holds.preview(request, practice.manager, load);
  const auto placed = practice.parts->holds.add(request, practice.manager);
  for (const auto* receipt : {&foretold, &placed}) {
    ASSERT_EQ(receipt->segments.size(), kMostListed);
    EXPECT_EQ(receipt->segments.front().span.from, kStart);
    EXPECT_EQ(receipt->segments.back().span.from, kStart + minutes(kListed - 1));
    EXPECT_EQ(receipt->recordings, kAll);
    EXPECT_EQ(receipt->bytes, 7 * kAll);
    EXPECT_EQ(receipt->of_calls, 0u);
    ASSERT_EQ(receipt->gaps.size(), 1u);
    EXPECT_EQ(receipt->gaps[0].span.from, kStart + minutes(kListed + 3));
    EXPECT_EQ(receipt->gaps[0].span.to, kStart + minutes(kListed + 4));
  }
  for (const auto& kept : {load, practice.parts->holds.load(placed.hold.id)}) {
    ASSERT_EQ(kept.parts.size(), 1u);
    EXPECT_EQ(kept.parts[0].recordings, kAll);
    EXPECT_EQ(kept.parts[0].bytes(), 7 * kAll);
  }
  EXPECT_THAT(practice.parts->catalogue.ledger(placed.ledger_number, 1).at(0).subject, testing::HasSubstr("\"segments\":" + std::to_string(kAll)));
}

}  // namespace
}  // namespace tenure::storage
