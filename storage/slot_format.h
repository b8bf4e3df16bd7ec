// One key slot's 64 bytes, as docs/reference/file-format.md tells them. One thread at a time.
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

class SlotCodec {
 public:
  explicit SlotCodec(const Key& key_encryption_key);
  SlotBytes seal(std::uint64_t slot, const SegmentId& id, const Key& key);
  std::optional<Key> open(const SlotBytes& bytes, std::uint64_t slot, const SegmentId& id);

 private:
  Aead aead_;
};

}  // namespace tenure::storage
