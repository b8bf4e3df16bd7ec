// Inside the key slots, for key_slots.cpp and key_slots_rotate.cpp only.
#pragma once
#include <mutex>
#include <set>

#include "storage/keys/key_slots.h"
#include "storage/keys/root_key.h"
#include "storage/keys/slot_format.h"

namespace tenure::storage {

enum class SlotUse : std::uint8_t { free, used, erased };

struct KeySlots::State {
  explicit State(Path given) : folder(std::move(given)), roots(folder) {}
  ~State() { wipe(root.root); }
  void open_root(const std::vector<Key>& given);
  void open_copy(std::size_t copy, const char* name);
  void load();
  void note(std::uint64_t from, View a, View b);
  void grow();
  void must_be_sound() const;
  SlotBytes read_slot(std::size_t copy, std::uint64_t slot) const;
  void write_slot(std::size_t copy, std::uint64_t slot, const SlotBytes& bytes);
  std::optional<Key> open(SlotBytes bytes, std::uint64_t slot, const SegmentId& id);
  // The slot under the newest wrapping; nothing when it is not sealed, or under a wrapping nobody knows.
  std::optional<SlotBytes> rewrapped(SlotBytes bytes, std::uint64_t slot) const;
  const Wrapping* wrapping_of(std::uint32_t generation) const;
  void rewrap_copy(std::size_t copy);
  void rewrap_batch(std::size_t copy, std::uint64_t from, std::uint64_t to);
  bool settle_difference(std::uint64_t slot);
  std::optional<Key> find(std::uint64_t slot, const SegmentId& id, bool marker_wins);
  void erase(std::uint64_t slot);

  const Path folder;
  RootKeyFiles roots;
  OpenedRoot root;
  std::vector<Wrapping> wrappings;  // two while a rotation is under way; the last one is for new slots
  std::optional<SlotCodec> codec;
  std::function<std::optional<SegmentId>(std::uint64_t)> owner = [](std::uint64_t) { return std::nullopt; };
  std::function<void(int)> on_step = [](int) {};
  std::mutex rotation_mutex;  // one rotation at a time; taken before the others
  mutable std::mutex mutex;   // the files' contents and all below
  std::mutex sync_mutex;      // one sync at a time; taken before `mutex`
  std::array<File, 2> files;
  std::uint64_t slots = 0;
  std::vector<SlotUse> uses;
  std::vector<std::uint64_t> free;  // highest first, so that the lowest is taken from the back
  std::vector<std::uint64_t> erasing;  // since the last sync
  std::set<std::uint64_t> erased;      // durably, since this object was made, and not given back
  std::vector<bool> given_back;        // since this object was made; as long as it needs to be
  std::uint64_t in_use = 0;
  bool dirty = false;
  bool poisoned = false;      // a sync failed: what is on the disk is unknown
};

}  // namespace tenure::storage
