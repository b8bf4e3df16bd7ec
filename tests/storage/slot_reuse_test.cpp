// A key slot is used again once its recording is gone for good, and not before (I3): never do two rows name one.
#include <gmock/gmock.h>

#include <set>

#include "storage/catalogue/catalogue_state.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::minutes;

const Instant kStart = at("2026-03-02T10:00:00Z");

class SlotReuse : public testing::Test {
 protected:
  SegmentRow record(int minute) {
    const auto from = practice.clock.now() + minutes(minute);
    return practice.record("front", {from, from + minutes(1)});
  }
  // Of what must go: its time is over.
  SegmentRow record_and_expire() {
    const auto row = record(0);
    practice.clock.advance(days(29));
    return row;
  }
  Practice practice{kStart};
};

TEST_F(SlotReuse, I3_TheSlotOfADeletedRecordingIsUsedByTheNextWithoutARestart) {
  const auto gone = record_and_expire();
  practice.parts->sweeper.sweep();
  ASSERT_FALSE(practice.exists(gone.id));
  const auto next = record(0);
  EXPECT_EQ(next.slot, gone.slot);
  EXPECT_TRUE(practice.parts->keys.read(next.slot, next.id));
  EXPECT_FALSE(practice.parts->keys.read(gone.slot, gone.id));
}

TEST_F(SlotReuse, I3_NotWhileItsRowIsThereThoughItsKeyIsErased) {
  const auto gone = record_and_expire();
  practice.parts->eraser.on_step([](int step) {
    if (step == 5) throw Error(ErrorKind::io, "no room for the row");
  });
  EXPECT_THROW(practice.parts->sweeper.sweep(), Error);
  practice.parts->eraser.on_step([](int) {});
  ASSERT_EQ(practice.parts->catalogue.in_state(State::condemned).size(), 1u);
  EXPECT_FALSE(practice.parts->keys.read(gone.slot, gone.id));
  EXPECT_NE(record(0).slot, gone.slot);
  EXPECT_EQ(practice.parts->eraser.finish_condemned().size(), 1u);
  EXPECT_EQ(record(2).slot, gone.slot);
}

TEST_F(SlotReuse, TheSlotsDoNotGrowWithWhatWasDeletedSinceTheStart) {
  std::set<std::uint64_t> used;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 10; ++i) used.insert(record(i).slot);
    practice.clock.advance(days(29));
    practice.parts->sweeper.sweep();
  }
  EXPECT_EQ(used.size(), 10u);
}

}  // namespace
}  // namespace tenure::storage
