// The Merkle tree of RFC 6962 (and 9162) over SHA-256: hashing, the right edge of a growing tree, inclusion and
// consistency proofs and their verification. Pure; any thread.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "base/digest.h"

namespace tenure::storage::merkle {

// Hashes with one context, so that a million leaves do not make a million contexts.
class Hasher {
 public:
  Digest leaf(View entry);                                // SHA-256(0x00 || entry)
  Digest node(const Digest& left, const Digest& right);   // SHA-256(0x01 || left || right)
  Digest plain(View first, View second);                  // SHA-256(first || second)
 private:
  Sha256 sha_;
};

Digest leaf_hash(View entry);
Digest node_hash(const Digest& left, const Digest& right);
Digest empty_root();  // SHA-256 of nothing

// The hashes of the complete subtrees along the right edge: enough to add leaves and to know the root.
class Frontier {
 public:
  void push(Hasher& hasher, const Digest& leaf) { push_subtree(hasher, 0, leaf); }
  // Adds a complete subtree of 2^level leaves; the size must be a multiple of that.
  void push_subtree(Hasher& hasher, unsigned level, Digest hash);
  std::uint64_t size() const { return size_; }
  Digest root(Hasher& hasher) const;

 private:
  struct Part { unsigned level = 0; Digest hash{}; };
  std::vector<Part> parts_;  // from the left, levels falling
  std::uint64_t size_ = 0;
};

Digest root_of(const std::vector<Digest>& leaves);

// The hash of the complete subtree number `position` of 2^level leaves.
using Nodes = std::function<Digest(unsigned level, std::uint64_t position)>;
using Proof = std::vector<Digest>;

// Of the first `size` leaves; every complete subtree asked for lies inside them.
Digest root(std::uint64_t size, const Nodes& nodes);
// That leaf `index` is in the tree of `size` leaves; index < size.
Proof inclusion(std::uint64_t index, std::uint64_t size, const Nodes& nodes);
// That the tree of `first` leaves is the beginning of the tree of `second`; 0 < first <= second.
Proof consistency(std::uint64_t first, std::uint64_t second, const Nodes& nodes);

bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf, const Proof& proof, const Digest& root);
bool verify_consistency(std::uint64_t first, std::uint64_t second, const Digest& first_root, const Digest& second_root,
                        const Proof& proof);

}  // namespace tenure::storage::merkle
