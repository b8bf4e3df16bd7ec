#include "storage/sealed/hash_tree.h"

namespace tenure::storage {

namespace {

constexpr std::size_t kLeafPrefix = 1 + 16 + 1 + 8 + 4 + 1;

void put_number(std::uint8_t* out, std::uint64_t value, std::size_t width) {
  for (std::size_t at = 0; at < width; ++at) out[at] = static_cast<std::uint8_t>(value >> (8 * (width - 1 - at)));
}

std::array<std::uint8_t, kLeafPrefix> leaf_prefix(const LeafSalt& salt, const LeafExtent& leaf) {
  std::array<std::uint8_t, kLeafPrefix> prefix{};
  std::memcpy(prefix.data() + 1, salt.data(), salt.size());
  prefix[17] = leaf.track;
  put_number(prefix.data() + 18, static_cast<std::uint64_t>(leaf.time), 8);
  put_number(prefix.data() + 26, leaf.duration, 4);
  prefix[30] = leaf.key ? 1 : 0;
  return prefix;
}

LeafSalt salt_with(Sha256& hash, const Key& key, std::uint64_t number) {
  std::array<std::uint8_t, 40> message;
  std::memcpy(message.data(), key.data(), key.size());
  put_number(message.data() + 32, number, 8);
  const Digest digest = hash.update(message).finish();
  LeafSalt salt;
  std::memcpy(salt.data(), digest.data(), salt.size());
  return salt;
}

}  // namespace

LeafSalt leaf_salt(const Key& tree_salt_key, std::uint64_t leaf_number) {
  Sha256 hash;
  return salt_with(hash, tree_salt_key, leaf_number);
}

Digest leaf_digest(const LeafSalt& salt, const LeafExtent& leaf, View bytes) {
  return Sha256().update(leaf_prefix(salt, leaf)).update(bytes).finish();
}

void HashTree::add(std::span<const LeafExtent> leaves, View bytes) {
  for (const LeafExtent& leaf : leaves) {
    const LeafSalt salt = salt_with(hash_, salt_key_, count_);
    add(hash_.update(leaf_prefix(salt, leaf)).update(bytes.subspan(leaf.offset, leaf.size)).finish());
  }
}

void HashTree::add(const Digest& leaf) {
  peaks_.push_back(leaf);
  // Each trailing one bit of the old count is a complete subtree that the new leaf completes into a larger one.
  for (std::uint64_t bits = count_; (bits & 1) != 0; bits >>= 1) {
    const Digest right = peaks_.back();
    peaks_.pop_back();
    peaks_.back() = node(peaks_.back(), right);
  }
  ++count_;
}

Digest HashTree::root() {
  if (peaks_.empty()) return sha256({});
  Digest folded = peaks_.back();
  for (std::size_t at = peaks_.size() - 1; at-- > 0;) folded = node(peaks_[at], folded);
  return folded;
}

Digest HashTree::node(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 65> message;
  message[0] = 1;
  std::memcpy(message.data() + 1, left.data(), left.size());
  std::memcpy(message.data() + 33, right.data(), right.size());
  return hash_.update(message).finish();
}

}  // namespace tenure::storage
