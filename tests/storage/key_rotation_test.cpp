// The key-encryption key is changed under a running store: nothing is unreadable at any moment, and a crash at any step
// is taken up where it stopped.
#include "storage/keys/key_slots.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "base/entropy.h"
#include "storage/keys/root_key.h"
#include "storage/keys/slot_format.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {
using ::testing::HasSubstr;

struct Crash {};

class KeyRotationTest : public ::testing::Test {
 protected:
  KeyRotationTest() {
    fill_random(old_key);
    fill_random(new_key);
    open({old_key});
    for (int i = 0; i < 40; ++i) add();
    slots->sync();
  }
  void open(const std::vector<Key>& given) {
    slots.reset();
    slots = std::make_unique<KeySlots>(folder.path / "keys", given);
    slots->set_owner([this](std::uint64_t slot) -> std::optional<SegmentId> {
      for (const auto& [id, key] : kept)
        if (key.slot == slot) return id;
      return std::nullopt;
    });
  }
  void add() {
    const auto id = SegmentId::make(at("2026-03-02T14:05:00Z"));
    kept.emplace_back(id, slots->reserve(id));
  }
  std::size_t readable() {
    std::size_t count = 0;
    for (const auto& [id, key] : kept) count += slots->read(key.slot, id) == key.key;
    return count;
  }
  Blob bytes(const char* copy, std::uint64_t slot) const {
    Blob found(kSlotSize);
    File(folder.path / "keys" / copy / "slots", File::Mode::read).read_at(slot * kSlotSize, found);
    return found;
  }
  void put(const char* copy, std::uint64_t slot, View what) const {
    File(folder.path / "keys" / copy / "slots", File::Mode::read_write).write_at(slot * kSlotSize, what);
  }
  // As a crash leaves it: stopped before `step` of a rotation to the new key.
  void crash_before(int step) {
    slots->on_step([step](int now) {
      if (now == step) throw Crash{};
    });
    EXPECT_THROW(slots->rotate(new_key), Crash);
  }

  TemporaryFolder folder;
  Key old_key{}, new_key{};
  std::unique_ptr<KeySlots> slots;
  std::vector<std::pair<SegmentId, SlotKey>> kept;
};

TEST_F(KeyRotationTest, EveryKeyIsReadableBeforeDuringAndAfterARotation) {
  const auto root = slots->root();
  std::vector<std::size_t> seen;
  slots->on_step([&](int) { seen.push_back(kept.size() - readable()); add(); });
  slots->rotate(new_key);
  EXPECT_EQ(seen, (std::vector<std::size_t>{0, 0, 0, 0}));
  EXPECT_EQ(readable(), 44u);
  EXPECT_EQ(slots->generation(), 2u);
  open({new_key});
  EXPECT_EQ(readable(), 44u);
  EXPECT_EQ(slots->root(), root) << "what is sealed under the root key need not be touched";
}

TEST_F(KeyRotationTest, TheOldKeyOpensNothingAfterwardsAndNoOldSlotIsLeft) {
  std::vector<Blob> before;
  for (const auto& [id, key] : kept) before.push_back(bytes("a", key.slot));
  const auto old_root = read_whole(folder.path / "keys" / "a" / "root");
  slots->rotate(new_key);
  for (const char* copy : {"a", "b"}) {
    const auto whole = read_whole(folder.path / "keys" / copy / "slots", 16 << 20);
    for (const auto& slot : before) EXPECT_EQ(::memmem(whole.data(), whole.size(), slot.data() + 16, 16), nullptr);
    const auto root = read_whole(folder.path / "keys" / copy / "root");
    EXPECT_TRUE(std::ranges::search(root, std::span(old_root).subspan(64 + 16, 32)).empty()) << "generation 1 lies in the second place";
  }
  EXPECT_THAT(error_of([&] { open({old_key}); }), HasSubstr("is not the one"));
}

TEST_F(KeyRotationTest, ACrashBeforeEachStepLeavesEverythingReadableWithBothKeysAndIsFinishedLater) {
  for (int step = 1; step <= 4; ++step) {
    SCOPED_TRACE(step);
    crash_before(step);
    open({old_key, new_key});
    EXPECT_EQ(readable(), kept.size());
    EXPECT_EQ(slots->is_rotating(), step > 1);
    add();  // recording goes on
    slots->sync();
    if (step > 1) slots->finish_rotation();
    else slots->rotate(new_key);
    EXPECT_FALSE(slots->is_rotating());
    open({new_key});
    EXPECT_EQ(readable(), kept.size());
    std::swap(old_key, new_key);
    fill_random(new_key);
  }
}

TEST_F(KeyRotationTest, ARotationThatStoppedHalfWayIsRefusedWithOneKeyAndSaysSo) {
  crash_before(3);
  EXPECT_THAT(error_of([&] { open({old_key}); }), HasSubstr("stopped half-way"));
  EXPECT_THAT(error_of([&] { open({new_key}); }), HasSubstr("stopped half-way"));
  open({new_key, old_key});
  EXPECT_EQ(readable(), kept.size());
}

// Every slot write of the rotation torn at some byte, in either copy, and torn again while it is taken up.
TEST_F(KeyRotationTest, TornWritesInBothPassesOneAfterTheOtherLoseNoKey) {
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE(round);
    const auto slot = kept.at(static_cast<std::size_t>(round)).second.slot;
    const auto cut = static_cast<std::size_t>(1 + round * 61 % 63);
    const auto tear = [&](const char* copy, View before) {  // the first bytes are new, the rest as it was
      auto torn = bytes(copy, slot);
      std::ranges::copy(before.subspan(cut), torn.begin() + static_cast<std::ptrdiff_t>(cut));
      put(copy, slot, torn);
    };
    const auto a = bytes("a", slot), b = bytes("b", slot);
    crash_before(3);
    tear("a", a);
    open({old_key, new_key});
    slots->on_step([](int step) { if (step == 4) throw Crash{}; });
    EXPECT_THROW(slots->finish_rotation(), Crash);
    tear("b", b);
    open({old_key, new_key});
    slots->finish_rotation();
    open({new_key});
    ASSERT_EQ(readable(), kept.size());
    std::swap(old_key, new_key);
    fill_random(new_key);
  }
}

TEST_F(KeyRotationTest, I3_WhatIsErasedDuringARotationStaysErased) {
  const auto& [id, key] = kept.front();
  slots->on_step([&](int step) {
    if (step == 3) slots->erase(kept.front().second.slot, kept.front().first);
  });
  slots->rotate(new_key);
  slots->sync();
  for (const char* copy : {"a", "b"}) EXPECT_EQ(bytes(copy, key.slot), Blob(kSlotSize, 0xE5));
  EXPECT_FALSE(slots->repair(key.slot, id));
}

TEST_F(KeyRotationTest, I3_HalfAnErasureIsNotUndoneByTakingUpARotation) {
  const auto& [id, key] = kept.front();
  crash_before(3);
  put("b", key.slot, Blob(kSlotSize, 0xE5));
  open({old_key, new_key});
  slots->finish_rotation();
  EXPECT_EQ(bytes("b", key.slot), Blob(kSlotSize, 0xE5));
  EXPECT_FALSE(slots->read(key.slot, id));
}

TEST_F(KeyRotationTest, ReadersAndWritersGoOnWhileKeysAreWrappedAnew) {
  for (int i = 0; i < 3000; ++i) add();
  slots->sync();
  std::atomic<bool> done{false};
  std::atomic<std::size_t> failed{0}, looked{0};
  std::thread reader([&] {
    for (std::size_t i = 0; !done; i = (i + 7) % kept.size(), ++looked)
      if (slots->read(kept[i].second.slot, kept[i].first) != kept[i].second.key) ++failed;
  });
  while (looked == 0) std::this_thread::yield();  // it reads before the first, however late it was begun
  for (int i = 0; i < 3; ++i) {
    slots->rotate(new_key);
    fill_random(new_key);
  }
  done = true;
  reader.join();
  EXPECT_EQ(failed, 0u);
  EXPECT_GT(looked, 0u);
}

TEST_F(KeyRotationTest, ADamagedCopyOfTheRootKeyIsMendedFromTheOther) {
  for (const char* copy : {"a", "b"}) {
    slots.reset();
    File(folder.path / "keys" / copy / "root", File::Mode::read_write).write_at(70, Blob(20, 9));
    open({old_key});
    EXPECT_EQ(readable(), kept.size());
    EXPECT_EQ(read_whole(folder.path / "keys" / "a" / "root"), read_whole(folder.path / "keys" / "b" / "root"));
  }
}

TEST_F(KeyRotationTest, SlotsWithoutTheirRootKeyAreRefused) {
  slots.reset();
  for (const char* copy : {"a", "b"}) remove_file(folder.path / "keys" / copy / "root");
  EXPECT_THAT(error_of([&] { open({old_key}); }), HasSubstr("root key"));
}

}  // namespace
}  // namespace tenure::storage
