// One key slot's 64 bytes, as docs/reference/file-format.md tells them: the key sealed for its segment, and over that a
// wrapping by the key-encryption key that can be changed without knowing whose slot it is. One thread at a time.
#pragma once
#include <optional>

#include "base/aead.h"
#include "base/id.h"

namespace tenure::storage {

inline constexpr std::size_t kSlotSize = 64;
using SlotBytes = std::array<std::uint8_t, kSlotSize>;

enum class SlotState { free, sealed, erased, torn };
// What the bytes claim; only SlotCodec::open() proves a sealed one.
SlotState state_of(View slot);
SlotBytes erased_slot();
std::uint32_t generation_of(const SlotBytes& slot);

// What one generation of the key-encryption key lays over a slot.
class Wrapping {
 public:
  Wrapping(std::uint32_t generation, const Key& key_encryption_key);
  ~Wrapping() { wipe(key_); }
  Wrapping(const Wrapping&) = default;
  Wrapping& operator=(const Wrapping&) = default;
  std::uint32_t generation() const { return generation_; }
  // Lays it over a slot that has none, and notes its generation there; or takes off its own.
  void lay(SlotBytes& bytes, std::uint64_t slot) const;
  void lift(SlotBytes& bytes, std::uint64_t slot) const;

 private:
  void mask(SlotBytes& bytes, std::uint64_t slot) const;
  std::uint32_t generation_;
  Key key_;
};

// Slots without their wrapping.
class SlotCodec {
 public:
  explicit SlotCodec(const Key& root);
  SlotBytes seal(std::uint64_t slot, const SegmentId& id, const Key& key);
  std::optional<Key> open(const SlotBytes& bytes, std::uint64_t slot, const SegmentId& id);

 private:
  Aead aead_;
};

}  // namespace tenure::storage
