#include "storage/keys/slot_format.h"

#include <algorithm>
#include <cstring>

#include "base/entropy.h"

namespace tenure::storage {

namespace {

constexpr std::uint8_t kSealed = 0x4B, kErased = 0xE5;
constexpr std::size_t kGenerationAt = 1, kNonceAt = 4, kKeyAt = 16;

Blob binding(std::uint64_t slot, const SegmentId& id) {
  ByteWriter out;
  out.bytes(id.raw);
  out.u64(slot);
  return out.take();
}

void note_generation(SlotBytes& bytes, std::uint32_t generation) {
  for (std::size_t i = 0; i < 3; ++i) bytes.at(kGenerationAt + i) = static_cast<std::uint8_t>(generation >> (16 - 8 * i));
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

std::uint32_t generation_of(const SlotBytes& slot) { return ByteReader(View(slot).subspan(kGenerationAt, 3)).u24(); }

Wrapping::Wrapping(std::uint32_t generation, const Key& key_encryption_key)
    : generation_(generation), key_(hkdf_sha256(key_encryption_key, {}, "tenure slot wrapping")) {}

// A stream of HMACs over the slot's nonce, number and generation: never twice the same under one key, for a slot that is
// sealed anew has a new nonce.
void Wrapping::mask(SlotBytes& bytes, std::uint64_t slot) const {
  for (std::size_t at = kKeyAt, block = 0; at < kSlotSize; ++block) {
    ByteWriter message;
    message.bytes(View(bytes).subspan(kNonceAt, kKeyAt - kNonceAt));
    message.u64(slot);
    message.u32(generation_);
    message.u8(static_cast<std::uint8_t>(block));
    for (const auto byte : hmac_sha256(key_, message.blob()))
      if (at < kSlotSize) bytes.at(at++) ^= byte;
  }
}

void Wrapping::lay(SlotBytes& bytes, std::uint64_t slot) const {
  note_generation(bytes, generation_);
  mask(bytes, slot);
}

void Wrapping::lift(SlotBytes& bytes, std::uint64_t slot) const {
  mask(bytes, slot);
  note_generation(bytes, 0);
}

SlotCodec::SlotCodec(const Key& root) : aead_(hkdf_sha256(root, {}, "tenure key slots 2")) {}

SlotBytes SlotCodec::seal(std::uint64_t slot, const SegmentId& id, const Key& key) {
  SlotBytes bytes{};
  bytes[0] = kSealed;
  Nonce nonce;
  fill_random(nonce);
  std::ranges::copy(nonce, bytes.begin() + kNonceAt);
  aead_.seal(nonce, binding(slot, id), key, bytes.data() + kKeyAt);
  return bytes;
}

std::optional<Key> SlotCodec::open(const SlotBytes& bytes, std::uint64_t slot, const SegmentId& id) {
  if (bytes[0] != kSealed) return std::nullopt;
  Nonce nonce;
  std::copy_n(bytes.begin() + kNonceAt, nonce.size(), nonce.begin());
  Key key;
  if (!aead_.open(nonce, binding(slot, id), View(bytes).subspan(kKeyAt), key.data())) return std::nullopt;
  return key;
}

}  // namespace tenure::storage
