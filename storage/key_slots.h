// Segment keys: 64-byte slots in preallocated files, two copies, each key wrapped by the key-encryption key and bound to
// its segment. Overwriting a slot in place and syncing is the erasure (I3). Any thread.
#pragma once
#include <memory>
#include <optional>

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
  // Overwrites both copies with the erased marker. Durable after sync(). Erasing twice is allowed: a slot erased by this
  // object is used again only after the next start, so that the repeated tail of a deletion cannot hit a new key.
  void erase(std::uint64_t slot);
  // The same, but only if either copy holds the key of `id`: never harms a slot that has another owner by now.
  void erase(std::uint64_t slot, const SegmentId& id);
  bool is_erased(std::uint64_t slot) const;
  std::uint64_t in_use() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The key-encryption key: from the systemd credential `tenure-kek` when there is one, else the 0600 file
// `<state>/secrets/kek`, made on first use. Throws Error{refused} when the file can be read by others.
Key load_key_encryption_key(const Path& state);

}  // namespace tenure::storage
