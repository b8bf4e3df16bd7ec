#include "storage/attestation/key_look.h"

#include <algorithm>
#include <cstring>

#include "storage/keys/slot_format.h"

namespace tenure::storage::attestation {

namespace {
constexpr std::size_t kBlock = kSlotSize * 16'384;

KeyState together(View a, View b) {
  const auto state = [](View slot) { return slot.size() < kSlotSize ? SlotState::free : state_of(slot); };
  const auto first = state(a), second = state(b);
  const int live = (first == SlotState::sealed) + (second == SlotState::sealed);
  if (live == 2) return KeyState::live;
  if (live == 1) return KeyState::half;
  return first == SlotState::free && second == SlotState::free ? KeyState::free : KeyState::erased;
}

// What lies behind the end of a copy counts as unused.
void read_or_zero(const File& file, std::uint64_t offset, Blob& out) {
  const auto got = file.read_some_at(offset, out);
  std::memset(out.data() + got, 0, out.size() - got);
}
}  // namespace

KeyLook::KeyLook(const Path& folder)
    : a_(folder / "a" / "slots", File::Mode::read), b_(folder / "b" / "slots", File::Mode::read) {}

std::uint64_t KeyLook::slots() const { return std::max(a_.size(), b_.size()) / kSlotSize; }

KeyState KeyLook::at(std::uint64_t slot) const {
  if (slot >= slots()) return KeyState::free;
  SlotBytes a, b;
  const auto in_a = a_.read_some_at(slot * kSlotSize, a), in_b = b_.read_some_at(slot * kSlotSize, b);
  return together(View(a).first(in_a), View(b).first(in_b));
}

void KeyLook::each(const std::function<void(std::uint64_t, KeyState)>& look) const {
  Blob a(kBlock), b(kBlock);
  for (std::uint64_t first = 0; first < slots(); first += kBlock / kSlotSize) {
    read_or_zero(a_, first * kSlotSize, a);
    read_or_zero(b_, first * kSlotSize, b);
    for (std::size_t at = 0; at < kBlock; at += kSlotSize) {
      static constexpr SlotBytes kUnused{};
      if (std::memcmp(a.data() + at, kUnused.data(), kSlotSize) == 0 &&
          std::memcmp(b.data() + at, kUnused.data(), kSlotSize) == 0)
        continue;
      const auto state = together(View(a).subspan(at, kSlotSize), View(b).subspan(at, kSlotSize));
      if (state != KeyState::free) look(first + at / kSlotSize, state);
    }
  }
}

}  // namespace tenure::storage::attestation
