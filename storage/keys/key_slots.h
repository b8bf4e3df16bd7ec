// Segment keys: 64-byte slots in preallocated files, two copies, each key bound to its segment and wrapped by the
// key-encryption key. Overwriting a slot in place and syncing is the erasure (I3). Any thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/digest.h"
#include "base/file.h"
#include "base/id.h"

namespace tenure::storage {

struct SlotKey {
  std::uint64_t slot = 0;
  Key key{};
};

class KeySlots {
 public:
  // `folder` holds `a/` and `b/`; made when missing.
  KeySlots(Path folder, const Key& key_encryption_key);
  // Of the keys given, the one that opens the root key counts; two when a rotation stopped half-way. Throws
  // Error{refused} with what is missing.
  KeySlots(Path folder, const std::vector<Key>& given);
  ~KeySlots();

  // Writes a fresh key for `id` into a free slot of both copies. Not yet durable.
  SlotKey reserve(const SegmentId& id);
  // Both copies durable up to every reserve() and erase() so far. After a failed sync throws Error{io} for ever, until
  // the object is made anew (nothing is assumed of a file whose sync failed).
  void sync();
  // Reads the key of `id`; repairs a bad copy from the good one. Nothing when erased, free or of another segment.
  std::optional<Key> read(std::uint64_t slot, const SegmentId& id);
  // For recovery when a live row says that the key of `id` must be there: as read(), and a good copy also wins over an
  // erased marker in the other.
  std::optional<Key> repair(std::uint64_t slot, const SegmentId& id);
  // Overwrites both copies with the erased marker. Durable after sync(). Erasing twice is allowed: a slot erased by
  // this object is used again only when it was given back, or after the next start, so that the repeated tail of a
  // deletion cannot hit a new key.
  void erase(std::uint64_t slot);
  // The same, but only if either copy holds the key of `id`: never harms a slot that has another owner by now.
  void erase(std::uint64_t slot, const SegmentId& id);
  // No row names the slot any more: it may be used again. Only when its erasure by this object is durable in both
  // copies; else nothing happens, and it waits for the next start.
  void give_back(std::uint64_t slot);
  bool is_erased(std::uint64_t slot) const;
  bool is_taken(std::uint64_t slot) const;  // it holds, or held, somebody's key
  std::uint64_t in_use() const;
  // By slot: either copy holds a key, or nobody can say. Not of one that was given back: its key is newer than this
  // object, and may have no row yet.
  std::vector<bool> used() const;

  // What everything else is sealed under: it outlives each key-encryption key.
  const Key& root() const;
  std::uint32_t generation() const;            // of the key-encryption key that new slots are wrapped by
  std::vector<std::size_t> given_in_use() const;  // which of the given keys counted, the newest last
  bool is_rotating() const;
  // Wraps every slot by another key-encryption key, in place: durable in one copy before the other is touched. No key is
  // unreadable at any moment; what a crash leaves opens with both keys, and finish_rotation() takes it up.
  void rotate(const Key& next);
  void finish_rotation();
  // Whose slot it is, if anybody knows: asked when a crash left two copies that differ.
  void set_owner(std::function<std::optional<SegmentId>(std::uint64_t slot)> owner);
  // For crash tests: called before step 1 (both keys open the root), 2 and 3 (a copy each), 4 (the old key is dropped).
  void on_step(std::function<void(int step)> callback);
  // The bytes of a copy as they are, for the key backup.
  Blob read_copy(std::size_t copy, std::uint64_t offset, std::size_t most) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The key-encryption keys as they are given, see key_encryption_key.h; at least one.
std::vector<Key> load_key_encryption_keys(const Path& state);

}  // namespace tenure::storage
