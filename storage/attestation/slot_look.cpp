#include "storage/attestation/slot_look.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstring>
#include <string_view>

#include "storage/keys/slot_format.h"

namespace tenure::storage::attestation {

namespace {
constexpr std::uint64_t kMostLookedAt = 64 << 20;
constexpr std::size_t kBlock = kSlotSize * 4096;
constexpr std::uint8_t kSealedSlot = 0x4B;
// The first four bytes of a slot are met by chance; the 60 behind them are random: about 54 different ones.
constexpr std::size_t kRandomFrom = 4, kLeastDifferent = 44;

bool looks_random(View bytes) {
  std::bitset<256> seen;
  for (const auto byte : bytes) seen.set(byte);
  return seen.count() >= kLeastDifferent;
}

bool is_sealed_slot(View slot) {
  return state_of(slot) == SlotState::sealed && slot[1] == 0 && slot[2] == 0 && slot[3] != 0 &&
         looks_random(slot.subspan(kRandomFrom));
}

// One slot where slots lie is enough. At another byte, or among random bytes, it may be chance, so there the next is to
// be a slot too; but for one that is all there is.
bool is_among_slots(View bytes, std::size_t at, Among among) {
  if (at + kSlotSize > bytes.size() || !is_sealed_slot(bytes.subspan(at, kSlotSize))) return false;
  if (at % kSlotSize == 0 && among == Among::other) return true;
  if (at + 2 * kSlotSize > bytes.size()) return at == 0;
  const auto next = bytes.subspan(at + kSlotSize, kSlotSize);
  return is_sealed_slot(next) || state_of(next) == SlotState::erased || state_of(next) == SlotState::free;
}

// One that begins before `until`; what lies behind is what follows it.
bool has_slot(View seen, std::size_t until, Among among) {
  for (std::size_t at = 0; at < until; ++at) {
    const auto* found = std::memchr(seen.data() + at, kSealedSlot, until - at);
    if (found == nullptr) return false;
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - seen.data());
    if (is_among_slots(seen, at, among)) return true;
  }
  return false;
}

bool holds_bare_slots(const File& file, std::uint64_t bytes, Among among) {
  Blob block(kBlock + 2 * kSlotSize);  // with what follows it
  for (std::uint64_t from = 0; from < std::min(bytes, kMostLookedAt); from += kBlock) {
    const auto got = file.read_some_at(from, block);
    if (has_slot(View(block).first(got), std::min(got, kBlock), among)) return true;
    if (got < block.size()) return false;
  }
  return false;
}

constexpr std::uint8_t kNone = 64, kBreak = 65;
constexpr auto kValues = [] {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values.at(static_cast<unsigned char>(kAlphabet[i])) = static_cast<std::uint8_t>(i);
  values.at('\r') = values.at('\n') = kBreak;
  return values;
}();

// The bytes of a text that comes in pieces, its lines of whatever length.
class Base64 {
 public:
  // False where it ends: at its padding, or at what is none.
  bool take(View text, Blob& out) {
    for (const auto letter : text) {
      const auto value = kValues.at(letter);
      if (value == kBreak) continue;
      if (value == kNone) return false;
      bits_ = (bits_ << 6 | value) & 0xffffU;
      count_ += 6;
      if (count_ < 8) continue;
      count_ -= 8;
      out.push_back(static_cast<std::uint8_t>(bits_ >> count_ & 0xffU));
    }
    return true;
  }

 private:
  std::uint32_t bits_ = 0;
  unsigned count_ = 0;
};

bool holds_slots_as_text(const File& file, std::uint64_t bytes, Among among) {
  Base64 base64;
  Blob text(kBlock), seen;
  for (std::uint64_t from = 0; from < std::min(bytes, kMostLookedAt); from += kBlock) {
    const auto got = file.read_some_at(from, text);
    const bool more = base64.take(View(text).first(got), seen) && got == text.size();
    const auto slots = seen.size() / kSlotSize;
    const auto until = !more ? seen.size() : slots < 2 ? 0 : (slots - 2) * kSlotSize;  // the rest with what follows it
    if (has_slot(seen, until, among)) return true;
    if (!more) return false;
    seen.erase(seen.begin(), seen.begin() + static_cast<std::ptrdiff_t>(until));
  }
  return has_slot(seen, seen.size(), among);
}
}  // namespace

bool holds_slots(const File& file, std::uint64_t bytes, Among among) {
  return holds_bare_slots(file, bytes, among) || holds_slots_as_text(file, bytes, among);
}

}  // namespace tenure::storage::attestation
