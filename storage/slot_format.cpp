#include "storage/slot_format.h"

#include <algorithm>
#include <cstring>

#include "base/entropy.h"

namespace tenure::storage {

namespace {

constexpr std::uint8_t kSealed = 0x4B, kErased = 0xE5;
constexpr std::uint32_t kGeneration = 1;  // of the key-encryption key
constexpr std::size_t kNonceAt = 4, kKeyAt = 16;

Blob binding(std::uint64_t slot, std::uint32_t generation, const SegmentId& id) {
  ByteWriter out;
  out.bytes(id.raw);
  out.u64(slot);
  out.u32(generation);
  return out.take();
}

}  // namespace

SlotState state_of(View slot) {
  if (slot[0] == kSealed) return SlotState::sealed;
  const bool uniform = std::memcmp(slot.data(), slot.data() + 1, slot.size() - 1) == 0;  // every byte is as the first
  if (uniform && slot[0] == 0) return SlotState::free;
  return uniform && slot[0] == kErased ? SlotState::erased : SlotState::torn;
}

SlotBytes erased_slot() {
  SlotBytes bytes;
  bytes.fill(kErased);
  return bytes;
}

SlotCodec::SlotCodec(const Key& key_encryption_key) : aead_(hkdf_sha256(key_encryption_key, {}, "tenure key slots 1")) {}

SlotBytes SlotCodec::seal(std::uint64_t slot, const SegmentId& id, const Key& key) {
  SlotBytes bytes{};
  bytes[0] = kSealed;
  bytes[3] = kGeneration;
  Nonce nonce;
  fill_random(nonce);
  std::ranges::copy(nonce, bytes.begin() + kNonceAt);
  aead_.seal(nonce, binding(slot, kGeneration, id), key, bytes.data() + kKeyAt);
  return bytes;
}

std::optional<Key> SlotCodec::open(const SlotBytes& bytes, std::uint64_t slot, const SegmentId& id) {
  if (bytes[0] != kSealed) return std::nullopt;
  Nonce nonce;
  std::copy_n(bytes.begin() + kNonceAt, nonce.size(), nonce.begin());
  const std::uint32_t generation = ByteReader(View(bytes).subspan(1, 3)).u24();
  Key key;
  if (!aead_.open(nonce, binding(slot, generation, id), View(bytes).subspan(kKeyAt), key.data())) return std::nullopt;
  return key;
}

}  // namespace tenure::storage
