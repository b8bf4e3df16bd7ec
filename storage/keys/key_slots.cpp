#include <algorithm>

#include "base/entropy.h"
#include "base/error.h"
#include "base/log.h"
#include "storage/keys/key_slots_state.h"

namespace tenure::storage {

namespace {

constexpr std::uint64_t kStep = 16'384;  // slots a file grows by: a mebibyte, so that nobody waits long for it
constexpr std::uint64_t kStepBytes = kStep * kSlotSize;

using Use = SlotUse;

}  // namespace

// Slots without their root key, or with another, would make every recording unreadable, one by one and late.
void KeySlots::State::open_root(const std::vector<Key>& given) {
  const bool unused = files[0].size() == 0 && files[1].size() == 0;
  if (!roots.is_there() || (unused && roots.is_half_made(given))) {
    if (!unused)
      throw Error(ErrorKind::refused, "The key slots in " + folder.string() + " have lost their root key. Restore it from the key backup.");
    roots.make(given.at(0));
  }
  root = roots.open(given);
  for (const auto& [generation, index] : root.generations) wrappings.emplace_back(generation, given.at(index));
  codec.emplace(root.root);
}

void KeySlots::State::open_copy(std::size_t copy, const char* name) {
  const Path of_copy = folder / name;
  make_directories(of_copy);
  const Path path = of_copy / "slots";
  try {
    files.at(copy) = File(path, File::Mode::read_write);
  } catch (const Error&) {
    files.at(copy) = File(path, File::Mode::create);
    sync_directory(of_copy);
  }
}

// A crash while growing leaves copies of different sizes: the missing part holds nothing yet and is made again.
void KeySlots::State::load() {
  const std::uint64_t largest = std::max(files[0].size(), files[1].size());
  slots = (largest + kStepBytes - 1) / kStepBytes * kStep;
  for (File& file : files) {
    const std::uint64_t size = file.size();
    if (size == slots * kSlotSize) continue;
    const Blob zeros(slots * kSlotSize - size);
    file.write_at(size, zeros);
    file.sync();
  }
  uses.reserve(slots);
  Blob a(1 << 20), b(1 << 20);
  for (std::uint64_t offset = 0; offset < slots * kSlotSize; offset += a.size()) {
    files[0].read_at(offset, a);
    files[1].read_at(offset, b);
    note(offset / kSlotSize, a, b);
  }
  std::ranges::reverse(free);
}

void KeySlots::State::note(std::uint64_t from, View a, View b) {
  for (std::size_t at = 0; at < a.size(); at += kSlotSize) {
    const SlotState first = state_of(a.subspan(at, kSlotSize)), second = state_of(b.subspan(at, kSlotSize));
    const bool same = first == second;
    if (same && first == SlotState::free) {
      uses.push_back(Use::free);
    } else {
      uses.push_back(same && first == SlotState::erased ? Use::erased : Use::used);
    }
    // What was erased before this start is durable in both copies once this start has synced; see KeySlots::KeySlots.
    if (uses.back() == Use::used) ++in_use;
    else free.push_back(from + at / kSlotSize);
  }
}

// Zeros are written, not only reserved, so that a later overwrite changes the very blocks that held the key.
void KeySlots::State::grow() {
  const Blob zeros(kStepBytes);
  for (File& file : files) {
    file.write_at(slots * kSlotSize, zeros);
    file.sync();
  }
  for (std::uint64_t slot = slots + kStep; slot-- > slots;) free.push_back(slot);
  slots += kStep;
  uses.resize(slots, Use::free);
}

void KeySlots::State::must_be_sound() const {
  if (poisoned)
    throw Error(ErrorKind::io, "The key slots in " + folder.string() + " could not be synced earlier. Check the disk and restart the daemon.");
}

SlotBytes KeySlots::State::read_slot(std::size_t copy, std::uint64_t slot) const {
  SlotBytes bytes;
  files.at(copy).read_at(slot * kSlotSize, bytes);
  return bytes;
}

void KeySlots::State::write_slot(std::size_t copy, std::uint64_t slot, const SlotBytes& bytes) {
  dirty = true;
  files.at(copy).write_at(slot * kSlotSize, bytes);
}

const Wrapping* KeySlots::State::wrapping_of(std::uint32_t generation) const {
  const auto found = std::ranges::find_if(wrappings, [&](const Wrapping& one) { return one.generation() == generation; });
  return found == wrappings.end() ? nullptr : &*found;
}

std::optional<Key> KeySlots::State::open(SlotBytes bytes, std::uint64_t slot, const SegmentId& id) {
  const auto* wrapping = state_of(bytes) == SlotState::sealed ? wrapping_of(generation_of(bytes)) : nullptr;
  if (wrapping == nullptr) return std::nullopt;
  wrapping->lift(bytes, slot);
  return codec->open(bytes, slot, id);
}

std::optional<Key> KeySlots::State::find(std::uint64_t slot, const SegmentId& id, bool marker_wins) {
  if (slot >= slots) return std::nullopt;
  const std::array<SlotBytes, 2> copies{read_slot(0, slot), read_slot(1, slot)};
  const bool marked = std::ranges::any_of(copies, [](const SlotBytes& copy) { return state_of(copy) == SlotState::erased; });
  if (marked && marker_wins) return std::nullopt;
  for (std::size_t good = 0; good < 2; ++good) {
    const auto key = open(copies.at(good), slot, id);
    if (!key) continue;
    if (!open(copies.at(1 - good), slot, id) && !poisoned) {
      log_warning("event=key-slot-repaired slot={} copy={}", slot, good == 0 ? "b" : "a");
      write_slot(1 - good, slot, copies.at(good));
    }
    if (uses.at(slot) != Use::used) {  // a repaired half-erased slot
      uses.at(slot) = Use::used;
      ++in_use;
    }
    return key;
  }
  return std::nullopt;
}

void KeySlots::State::erase(std::uint64_t slot) {
  must_be_sound();
  if (slot >= slots) throw Error(ErrorKind::internal, "There is no key slot " + std::to_string(slot) + " to erase.");
  write_slot(0, slot, erased_slot());
  write_slot(1, slot, erased_slot());
  if (uses[slot] == Use::used) --in_use;
  else
    std::erase(free, slot);  // until it is given back, or the next start
  uses[slot] = Use::erased;
  erased.erase(slot);
  erasing.push_back(slot);
}

KeySlots::KeySlots(Path folder, const Key& key_encryption_key) : KeySlots(std::move(folder), std::vector{key_encryption_key}) {}

KeySlots::KeySlots(Path folder, const std::vector<Key>& given) : state_(std::make_unique<State>(std::move(folder))) {
  make_directories(state_->folder);
  state_->open_copy(0, "a");
  state_->open_copy(1, "b");
  state_->open_root(given);
  // An erasure that a crash kept from its sync may lie in the cache only: durable first, then counted as reusable.
  for (File& file : state_->files) file.sync();
  state_->load();
}

KeySlots::~KeySlots() = default;

SlotKey KeySlots::reserve(const SegmentId& id) {
  SlotKey made;
  fill_random(made.key);
  const std::scoped_lock lock(state_->mutex);
  state_->must_be_sound();
  if (state_->free.empty()) state_->grow();
  made.slot = state_->free.back();
  SlotBytes bytes = state_->codec->seal(made.slot, id, made.key);
  state_->wrappings.back().lay(bytes, made.slot);
  state_->write_slot(0, made.slot, bytes);
  state_->write_slot(1, made.slot, bytes);
  state_->free.pop_back();
  std::erase(state_->erasing, made.slot);
  state_->uses[made.slot] = Use::used;
  ++state_->in_use;
  return made;
}

void KeySlots::sync() {
  const std::scoped_lock one(state_->sync_mutex);
  std::vector<std::uint64_t> erased;
  {
    const std::scoped_lock lock(state_->mutex);
    state_->must_be_sound();
    if (!state_->dirty) return;
    state_->dirty = false;  // what is written from here on counts for the next sync
    erased.swap(state_->erasing);
  }
  try {
    for (File& file : state_->files) file.sync_data();
  } catch (const Error&) {
    const std::scoped_lock lock(state_->mutex);
    state_->poisoned = true;
    throw;
  }
  const std::scoped_lock lock(state_->mutex);
  for (const auto slot : erased)
    if (state_->uses[slot] == Use::erased) state_->erased.insert(slot);
}

std::optional<Key> KeySlots::read(std::uint64_t slot, const SegmentId& id) {
  const std::scoped_lock lock(state_->mutex);
  return state_->find(slot, id, /*marker_wins=*/true);
}

std::optional<Key> KeySlots::repair(std::uint64_t slot, const SegmentId& id) {
  const std::scoped_lock lock(state_->mutex);
  state_->must_be_sound();
  return state_->find(slot, id, /*marker_wins=*/false);
}

void KeySlots::erase(std::uint64_t slot) {
  const std::scoped_lock lock(state_->mutex);
  state_->erase(slot);
}

void KeySlots::erase(std::uint64_t slot, const SegmentId& id) {
  const std::scoped_lock lock(state_->mutex);
  state_->must_be_sound();
  if (slot >= state_->slots) return;
  for (std::size_t copy = 0; copy < 2; ++copy) {
    if (!state_->open(state_->read_slot(copy, slot), slot, id)) continue;
    state_->erase(slot);
    return;
  }
}

void KeySlots::give_back(std::uint64_t slot) {
  const std::scoped_lock lock(state_->mutex);
  if (state_->erased.erase(slot) == 0) return;
  state_->free.push_back(slot);
  state_->given_back.resize(state_->slots);
  state_->given_back[slot] = true;
}

bool KeySlots::is_erased(std::uint64_t slot) const {
  const std::scoped_lock lock(state_->mutex);
  return slot < state_->slots && state_->uses[slot] == Use::erased;
}

bool KeySlots::is_taken(std::uint64_t slot) const {
  const std::scoped_lock lock(state_->mutex);
  return slot < state_->slots && state_->uses[slot] != Use::free;
}

std::uint64_t KeySlots::in_use() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->in_use;
}

std::vector<bool> KeySlots::used() const {
  const std::scoped_lock lock(state_->mutex);
  std::vector<bool> used(state_->uses.size());
  const auto& back = state_->given_back;
  for (std::size_t slot = 0; slot < used.size(); ++slot)
    used[slot] = state_->uses[slot] == Use::used && !(slot < back.size() && back[slot]);
  return used;
}

}  // namespace tenure::storage
