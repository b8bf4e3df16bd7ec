// The rotation of the key-encryption key. Steps: (1) the root key opens with both; (2) copy a wrapped anew, synced;
// (3) copy b; (4) the old key opens nothing any more. Readers and writers go on between two batches.
#include "base/error.h"
#include "base/log.h"
#include "storage/keys/key_slots_state.h"

namespace tenure::storage {

namespace {
constexpr std::uint64_t kBatch = 1024;  // slots wrapped while others wait
constexpr std::uint32_t kMostGenerations = 0xFF'FF'FF;
}  // namespace

std::optional<SlotBytes> KeySlots::State::rewrapped(SlotBytes bytes, std::uint64_t slot) const {
  const auto* before = state_of(bytes) == SlotState::sealed ? wrapping_of(generation_of(bytes)) : nullptr;
  if (before == nullptr) return std::nullopt;
  before->lift(bytes, slot);
  wrappings.back().lay(bytes, slot);
  return bytes;
}

// Copies that differ, one torn by the crash that stopped an earlier try: both get what is authentic. False when nobody
// knows whose key it is, or it was half erased: that is for recovery to finish.
bool KeySlots::State::settle_difference(std::uint64_t slot) {
  for (std::size_t copy = 0; copy < 2; ++copy)
    if (state_of(read_slot(copy, slot)) == SlotState::erased) return false;
  const auto id = owner(slot);
  if (!id) return false;
  for (std::size_t copy = 0; copy < 2; ++copy) {
    const auto bytes = read_slot(copy, slot);
    if (!open(bytes, slot, *id)) continue;
    if (!open(read_slot(1 - copy, slot), slot, *id)) write_slot(1 - copy, slot, bytes);
    return true;
  }
  return false;
}

void KeySlots::State::rewrap_batch(std::size_t copy, std::uint64_t from, std::uint64_t to) {
  Blob bytes((to - from) * kSlotSize), others(bytes.size());
  files.at(copy).read_at(from * kSlotSize, bytes);
  files.at(1 - copy).read_at(from * kSlotSize, others);
  const auto at = [](Blob& all, std::uint64_t index) {
    SlotBytes one;
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(index * kSlotSize), kSlotSize, one.begin());
    return one;
  };
  const auto is_sealed = [&](const Blob& all, std::uint64_t slot) {
    return state_of(View(all).subspan((slot - from) * kSlotSize, kSlotSize)) == SlotState::sealed;
  };
  for (auto slot = from; slot < to; ++slot) {
    if (!is_sealed(bytes, slot) && !is_sealed(others, slot)) continue;  // most are free
    auto own = at(bytes, slot - from);
    const auto mine = rewrapped(own, slot), theirs = rewrapped(at(others, slot - from), slot);
    if (mine != theirs && copy == 0 && settle_difference(slot)) own = read_slot(copy, slot);
    const auto next = rewrapped(own, slot);
    if (next && *next != own) write_slot(copy, slot, *next);
  }
}

void KeySlots::State::rewrap_copy(std::size_t copy) {
  for (std::uint64_t from = 0;; from += kBatch) {
    const std::scoped_lock lock(mutex);
    must_be_sound();
    if (from >= slots) break;
    rewrap_batch(copy, from, std::min(from + kBatch, slots));
  }
}

void KeySlots::rotate(const Key& next) {
  {
    const std::scoped_lock rotation(state_->rotation_mutex);
    state_->on_step(1);
    const std::scoped_lock lock(state_->mutex);
    state_->must_be_sound();
    if (state_->wrappings.size() > 1) throw Error(ErrorKind::refused, "A rotation of the key-encryption key is under way already.");
    const auto generation = state_->wrappings.back().generation() + 1;
    if (generation > kMostGenerations) throw Error(ErrorKind::refused, "There were too many rotations.");
    state_->roots.add(generation, next, state_->root.root);
    state_->wrappings.emplace_back(generation, next);
  }
  finish_rotation();
}

void KeySlots::finish_rotation() {
  const std::scoped_lock rotation(state_->rotation_mutex);
  if (!is_rotating()) return;
  for (std::size_t copy = 0; copy < 2; ++copy) {
    state_->on_step(copy == 0 ? 2 : 3);
    state_->rewrap_copy(copy);
    sync();  // durable here before the other copy is touched, or the old key is given up
  }
  state_->on_step(4);
  const std::scoped_lock lock(state_->mutex);
  state_->must_be_sound();
  state_->roots.drop(state_->wrappings.front().generation());
  state_->wrappings.erase(state_->wrappings.begin());
  log_info("event=keys-rotated generation={} in_use={}", state_->wrappings.back().generation(), state_->in_use);
}

const Key& KeySlots::root() const { return state_->root.root; }

std::uint32_t KeySlots::generation() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->wrappings.back().generation();
}

std::vector<std::size_t> KeySlots::given_in_use() const {
  std::vector<std::size_t> all;
  for (const auto& [generation, index] : state_->root.generations) all.push_back(index);
  return all;
}

bool KeySlots::is_rotating() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->wrappings.size() > 1;
}

void KeySlots::set_owner(std::function<std::optional<SegmentId>(std::uint64_t)> owner) { state_->owner = std::move(owner); }
void KeySlots::on_step(std::function<void(int)> callback) { state_->on_step = std::move(callback); }

Blob KeySlots::read_copy(std::size_t copy, std::uint64_t offset, std::size_t most) const {
  const std::scoped_lock lock(state_->mutex);
  state_->must_be_sound();
  Blob bytes(most);
  bytes.resize(state_->files.at(copy).read_some_at(offset, bytes));
  return bytes;
}

}  // namespace tenure::storage
