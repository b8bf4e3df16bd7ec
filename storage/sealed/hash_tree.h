// The salted hash tree over what survives a remux: RFC 6962's Merkle tree of SHA-256 over salted leaves, so that one leaf
// can be shown without its neighbours being guessed. Grows by a leaf at a time in memory of its height. One thread.
#pragma once
#include <span>

#include "base/digest.h"
#include "storage/sealed/sealed_file.h"

namespace tenure::storage {

using LeafSalt = std::array<std::uint8_t, 16>;

// Salts come from a secret of the segment: whoever is given one learns nothing of the others.
LeafSalt leaf_salt(const Key& tree_salt_key, std::uint64_t leaf_number);

// SHA-256(0x00 ‖ salt ‖ track ‖ time ‖ duration ‖ key ‖ bytes), integers big-endian.
Digest leaf_digest(const LeafSalt& salt, const LeafExtent& leaf, View bytes);

class HashTree {
 public:
  explicit HashTree(const Key& tree_salt_key) : salt_key_(tree_salt_key) {}
  // The leaves of one fragment, in order. The extents lie within `bytes`: the caller has checked.
  void add(std::span<const LeafExtent> leaves, View bytes);
  void add(const Digest& leaf);
  std::uint64_t leaf_count() const { return count_; }
  Digest root();

 private:
  Digest node(const Digest& left, const Digest& right);
  Key salt_key_;
  Sha256 hash_;
  std::vector<Digest> peaks_;  // roots of the complete subtrees, the largest first: one for each bit of count_
  std::uint64_t count_ = 0;
};

}  // namespace tenure::storage
