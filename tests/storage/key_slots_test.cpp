#include "storage/keys/key_slots.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/filesystem/operations.hpp>
#include <cstring>
#include <set>

#include "base/entropy.h"
#include "base/error.h"

namespace tenure::storage {
namespace {

constexpr std::size_t kSlot = 64;

class KeySlotsTest : public ::testing::Test {
 protected:
  KeySlotsTest() : folder(boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenure-%%%%-%%%%-%%%%")) {
    boost::filesystem::create_directories(folder);
    fill_random(kek);
    reopen();
  }
  ~KeySlotsTest() override { boost::filesystem::remove_all(folder); }

  void reopen() {
    slots.reset();
    slots = std::make_unique<KeySlots>(folder / "keys", kek);
  }
  Path copy(const char* name) const { return folder / "keys" / name / "slots"; }
  Blob bytes_of(const char* name, std::uint64_t slot) const {
    Blob bytes(kSlot);
    File(copy(name), File::Mode::read).read_at(slot * kSlot, bytes);
    return bytes;
  }
  void damage(const char* name, std::uint64_t slot, std::size_t from, std::size_t length) {
    File file(copy(name), File::Mode::read_write);
    Blob garbage(length);
    fill_random(garbage);
    file.write_at(slot * kSlot + from, garbage);
  }
  void put(const char* name, std::uint64_t slot, const Blob& bytes) { File(copy(name), File::Mode::read_write).write_at(slot * kSlot, bytes); }
  static SegmentId new_id() { return SegmentId::make(*parse_rfc3339("2026-03-02T14:05:00Z")); }

  Path folder;
  Key kek{};
  std::unique_ptr<KeySlots> slots;
};

TEST_F(KeySlotsTest, AKeyIsFoundAgainAfterARestart) {
  std::vector<std::pair<SegmentId, SlotKey>> made;
  for (int count = 0; count < 100; ++count) {
    const SegmentId id = new_id();
    made.emplace_back(id, slots->reserve(id));
  }
  slots->sync();
  reopen();
  EXPECT_EQ(slots->in_use(), 100u);
  for (const auto& [id, key] : made) EXPECT_EQ(slots->read(key.slot, id), key.key);
}

TEST_F(KeySlotsTest, AnotherSegmentsKeyIsNeverGiven) {
  const SegmentId id = new_id(), other = new_id();
  const SlotKey key = slots->reserve(id);
  const SlotKey second = slots->reserve(other);
  EXPECT_FALSE(slots->read(key.slot, other));
  EXPECT_FALSE(slots->read(second.slot, id));
  EXPECT_FALSE(slots->read(1'000'000'000, id));
  // Nor when a slot's bytes are carried to another place.
  put("a", second.slot, bytes_of("a", key.slot));
  put("b", second.slot, bytes_of("b", key.slot));
  EXPECT_FALSE(slots->read(second.slot, id));
}

TEST_F(KeySlotsTest, ATornCopyIsRepairedFromTheGoodOne) {
  struct Torn {
    std::string name;
    std::size_t from;
    SegmentId id;
    SlotKey key;
    Blob good;
  };
  std::vector<Torn> all;
  for (const char* name : {"a", "b"}) {
    for (std::size_t from = 0; from < kSlot; from += 7) {
      const SegmentId id = new_id();
      const SlotKey key = slots->reserve(id);
      all.push_back({name, from, id, key, bytes_of("a", key.slot)});
      damage(name, key.slot, from, kSlot - from);
    }
  }
  reopen();
  for (const auto& torn : all) {
    ASSERT_EQ(slots->read(torn.key.slot, torn.id), torn.key.key) << torn.name << " from byte " << torn.from;
    ASSERT_EQ(bytes_of(torn.name.c_str(), torn.key.slot), torn.good);
  }
}

TEST_F(KeySlotsTest, I17_AFirstStartCutOffWhileItMadeTheRootKeyIsTakenUp) {
  const auto root = [&](const char* name) { return folder / "keys" / name / "root"; };
  const auto tear = [&] {
    slots.reset();
    const Blob whole = read_whole(root("a"));
    File(root("b"), File::Mode::read_write).write_at(0, Blob(whole.size()));
    File(root("a"), File::Mode::read_write).write_at(64 + 20, Blob(44));
  };
  tear();
  reopen();
  const SegmentId id = new_id();
  const SlotKey key = slots->reserve(id);
  slots->sync();
  reopen();
  EXPECT_EQ(slots->read(key.slot, id), key.key);
  tear();
  EXPECT_THROW(reopen(), Error) << "keys were made under it: never another in its place";
}

TEST_F(KeySlotsTest, BothCopiesTornGiveNothing) {
  const SegmentId id = new_id();
  const SlotKey key = slots->reserve(id);
  damage("a", key.slot, 20, 8);
  damage("b", key.slot, 30, 8);
  EXPECT_FALSE(slots->read(key.slot, id));
}

TEST_F(KeySlotsTest, AnErasedMarkerWinsOverAGoodCopyUnlessALiveRowAsks) {
  const SegmentId id = new_id();
  const SlotKey key = slots->reserve(id);
  put("a", key.slot, Blob(kSlot, 0xE5));
  EXPECT_FALSE(slots->read(key.slot, id));
  EXPECT_EQ(bytes_of("a", key.slot), Blob(kSlot, 0xE5)) << "reading must not undo an erasure";
  reopen();
  EXPECT_FALSE(slots->is_erased(key.slot)) << "half an erasure is none";
  EXPECT_EQ(slots->repair(key.slot, id), key.key);
  EXPECT_EQ(slots->read(key.slot, id), key.key);
}

TEST_F(KeySlotsTest, I3_AnErasureLeavesNoByteOfTheWrappedKeyInEitherCopy) {
  const SegmentId id = new_id();
  const SlotKey key = slots->reserve(id);
  const Blob before = bytes_of("a", key.slot);
  slots->erase(key.slot);
  slots->sync();
  EXPECT_TRUE(slots->is_erased(key.slot));
  EXPECT_FALSE(slots->read(key.slot, id));
  EXPECT_FALSE(slots->repair(key.slot, id));
  for (const char* name : {"a", "b"}) {
    const Blob whole = read_whole(copy(name), 16 << 20);
    // Nonce, wrapped key and tag, in any eight bytes of them.
    for (std::size_t at = 4; at + 8 <= kSlot; at += 4) {
      const auto piece = std::span(before).subspan(at, 8);
      EXPECT_EQ(::memmem(whole.data(), whole.size(), piece.data(), piece.size()), nullptr) << "copy " << name << " still holds bytes " << at;
    }
  }
  slots->erase(key.slot);  // twice is allowed
  reopen();
  EXPECT_TRUE(slots->is_erased(key.slot));
}

TEST_F(KeySlotsTest, I3_ARepeatedErasureCannotHitAKeyMadeMeanwhile) {
  const SegmentId old = new_id();
  const SlotKey gone = slots->reserve(old);
  slots->erase(gone.slot);
  slots->sync();
  std::set<std::uint64_t> taken;
  for (int count = 0; count < 1000; ++count) taken.insert(slots->reserve(new_id()).slot);
  EXPECT_FALSE(taken.contains(gone.slot));
  // After a restart it is used again, and an erasure that names its segment leaves the new owner alone.
  slots->sync();
  reopen();
  const SegmentId fresh = new_id();
  const SlotKey reused = slots->reserve(fresh);
  ASSERT_EQ(reused.slot, gone.slot);
  slots->erase(gone.slot, old);
  EXPECT_EQ(slots->read(reused.slot, fresh), reused.key);
  slots->erase(reused.slot, fresh);
  EXPECT_FALSE(slots->read(reused.slot, fresh));
}

TEST_F(KeySlotsTest, I3_ASlotGivenBackIsUsedAgainOnlyOnceItsErasureIsDurable) {
  const SegmentId old = new_id();
  const SlotKey gone = slots->reserve(old);
  slots->sync();
  slots->give_back(gone.slot);
  EXPECT_NE(slots->reserve(new_id()).slot, gone.slot) << "it holds a key";
  slots->erase(gone.slot, old);
  slots->give_back(gone.slot);
  EXPECT_NE(slots->reserve(new_id()).slot, gone.slot) << "the erasure may not be on the disk";
  slots->sync();
  EXPECT_NE(slots->reserve(new_id()).slot, gone.slot) << "somebody may still name it";
  slots->give_back(gone.slot);
  const SegmentId fresh = new_id();
  const SlotKey reused = slots->reserve(fresh);
  EXPECT_EQ(reused.slot, gone.slot);
  slots->give_back(gone.slot);
  EXPECT_NE(slots->reserve(new_id()).slot, gone.slot) << "once";
  slots->erase(gone.slot, old);
  EXPECT_FALSE(slots->read(gone.slot, old));
  EXPECT_EQ(slots->read(reused.slot, fresh), reused.key);
  EXPECT_TRUE(slots->is_taken(reused.slot));
  EXPECT_FALSE(slots->used().at(reused.slot)) << "no key of before, which nobody may claim any more";
  slots->sync();
  reopen();
  EXPECT_EQ(slots->read(reused.slot, fresh), reused.key);
  EXPECT_TRUE(slots->used().at(reused.slot));
}

TEST_F(KeySlotsTest, GrowsByAStepAndNeverGivesASlotTwice) {
  constexpr std::uint64_t kStep = 16'384, kLeft = 20;
  std::set<std::uint64_t> taken;
  for (int count = 0; count < 10; ++count) ASSERT_TRUE(taken.insert(slots->reserve(new_id()).slot).second);
  slots.reset();
  for (const char* which : {"a", "b"}) {  // others have all but a few of the rest
    const Blob others((kStep - kLeft - 10) * kSlot, std::uint8_t{0x4B});
    File(copy(which), File::Mode::read_write).write_at(10 * kSlot, others);
  }
  reopen();
  for (std::uint64_t count = 0; count < kLeft + 10; ++count) {
    const auto slot = slots->reserve(new_id()).slot;
    ASSERT_TRUE(taken.insert(slot).second) << slot;
    ASSERT_GE(slot, kStep - kLeft);
  }
  EXPECT_EQ(boost::filesystem::file_size(copy("a")), 2u * kStep * kSlot);
  EXPECT_EQ(boost::filesystem::file_size(copy("b")), 2u * kStep * kSlot);
}

TEST_F(KeySlotsTest, ACrashWhileGrowingIsMadeGood) {
  const SegmentId id = new_id();
  const SlotKey key = slots->reserve(id);
  slots.reset();
  File(copy("a"), File::Mode::read_write).truncate(16'384 * kSlot + 100);
  reopen();
  EXPECT_EQ(slots->read(key.slot, id), key.key);
  EXPECT_EQ(boost::filesystem::file_size(copy("b")), boost::filesystem::file_size(copy("a")));
}

TEST_F(KeySlotsTest, TheWrongKeyEncryptionKeyIsRefusedAtOnce) {
  slots.reset();
  Key wrong = kek;
  wrong[5] ^= 1;
  try {
    KeySlots(folder / "keys", wrong);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::refused);
  }
}

TEST_F(KeySlotsTest, TheKeyEncryptionKeyIsMadeOnceAndRefusedWhenOthersCanReadIt) {
  const auto fresh = folder / "fresh";
  const auto made = load_key_encryption_keys(fresh);
  EXPECT_EQ(load_key_encryption_keys(fresh), made);
  ::chmod((fresh / "secrets" / "kek").c_str(), 0640);
  EXPECT_THROW(load_key_encryption_keys(fresh), Error);
}

}  // namespace
}  // namespace tenure::storage
