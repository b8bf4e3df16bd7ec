#include "storage/ledger/merkle.h"

#include <bit>

#include "base/error.h"

namespace tenure::storage::merkle {

namespace {
constexpr std::array<std::uint8_t, 1> kLeaf{0}, kNode{1};

// The largest power of two below `size`; size > 1.
std::uint64_t split_of(std::uint64_t size) { return std::bit_floor(size - 1); }

unsigned level_of(std::uint64_t power) { return static_cast<unsigned>(std::countr_zero(power)); }

// Of the leaves [from, from + count).
Digest range_root(Hasher& hasher, std::uint64_t from, std::uint64_t count, const Nodes& nodes) {
  if (std::has_single_bit(count)) return nodes(level_of(count), from / count);
  const auto left = split_of(count);
  const auto left_root = range_root(hasher, from, left, nodes);
  return hasher.node(left_root, range_root(hasher, from + left, count - left, nodes));
}

// RFC 9162, 2.1.3.1.
void add_path(Hasher& hasher, std::uint64_t index, std::uint64_t from, std::uint64_t count, const Nodes& nodes, Proof& proof) {
  if (count <= 1) return;
  const auto left = split_of(count);
  if (index < left) {
    add_path(hasher, index, from, left, nodes, proof);
    proof.push_back(range_root(hasher, from + left, count - left, nodes));
  } else {
    add_path(hasher, index - left, from + left, count - left, nodes, proof);
    proof.push_back(range_root(hasher, from, left, nodes));
  }
}

// RFC 9162, 2.1.4.1; `whole` while the first tree is a complete subtree of what is looked at.
void add_subproof(Hasher& hasher, std::uint64_t first, std::uint64_t from, std::uint64_t count, bool whole, const Nodes& nodes,
                  Proof& proof) {
  if (first == count) {
    if (!whole) proof.push_back(range_root(hasher, from, count, nodes));
    return;
  }
  const auto left = split_of(count);
  if (first <= left) {
    add_subproof(hasher, first, from, left, whole, nodes, proof);
    proof.push_back(range_root(hasher, from + left, count - left, nodes));
  } else {
    add_subproof(hasher, first - left, from + left, count - left, /*whole=*/false, nodes, proof);
    proof.push_back(range_root(hasher, from, left, nodes));
  }
}
}  // namespace

Digest Hasher::leaf(View entry) { return sha_.update(kLeaf).update(entry).finish(); }
Digest Hasher::node(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 65> both;
  both[0] = kNode[0];
  std::memcpy(both.data() + 1, left.data(), left.size());
  std::memcpy(both.data() + 33, right.data(), right.size());
  return sha_.update(both).finish();
}
Digest Hasher::plain(View first, View second) { return sha_.update(first).update(second).finish(); }

Digest leaf_hash(View entry) { return Hasher().leaf(entry); }
Digest node_hash(const Digest& left, const Digest& right) { return Hasher().node(left, right); }
Digest empty_root() { return sha256({}); }

void Frontier::push_subtree(Hasher& hasher, unsigned level, Digest hash) {
  if (size_ % (std::uint64_t{1} << level) != 0) throw Error(ErrorKind::internal, "A subtree was added where it does not fit.");
  size_ += std::uint64_t{1} << level;
  while (!parts_.empty() && parts_.back().level == level) {
    hash = hasher.node(parts_.back().hash, hash);
    parts_.pop_back();
    ++level;
  }
  parts_.push_back({level, hash});
}

Digest Frontier::root(Hasher& hasher) const {
  if (parts_.empty()) return empty_root();
  Digest hash = parts_.back().hash;
  for (auto part = parts_.rbegin() + 1; part != parts_.rend(); ++part) hash = hasher.node(part->hash, hash);
  return hash;
}

Digest root_of(const std::vector<Digest>& leaves) {
  Hasher hasher;
  Frontier frontier;
  for (const auto& leaf : leaves) frontier.push(hasher, leaf);
  return frontier.root(hasher);
}

Digest root(std::uint64_t size, const Nodes& nodes) {
  if (size == 0) return empty_root();
  Hasher hasher;
  return range_root(hasher, 0, size, nodes);
}

Proof inclusion(std::uint64_t index, std::uint64_t size, const Nodes& nodes) {
  if (index >= size) throw Error(ErrorKind::usage, "There is no leaf " + std::to_string(index) + " in a tree of " + std::to_string(size) + ".");
  Hasher hasher;
  Proof proof;
  add_path(hasher, index, 0, size, nodes, proof);
  return proof;
}

Proof consistency(std::uint64_t first, std::uint64_t second, const Nodes& nodes) {
  if (first == 0 || first > second)
    throw Error(ErrorKind::usage, "A tree of " + std::to_string(first) + " is not the beginning of one of " + std::to_string(second) + ".");
  Hasher hasher;
  Proof proof;
  add_subproof(hasher, first, 0, second, /*whole=*/true, nodes, proof);
  return proof;
}

// RFC 9162, 2.1.3.2.
bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf, const Proof& proof, const Digest& root) {
  if (index >= size) return false;
  Hasher hasher;
  auto at = index;
  auto last = size - 1;
  Digest hash = leaf;
  for (const auto& step : proof) {
    if (last == 0) return false;
    if ((at & 1) != 0 || at == last) {
      hash = hasher.node(step, hash);
      while ((at & 1) == 0) {  // ends: it is `last`, which is not 0
        at >>= 1;
        last >>= 1;
      }
    } else {
      hash = hasher.node(hash, step);
    }
    at >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

// RFC 9162, 2.1.4.2.
bool verify_consistency(std::uint64_t first, std::uint64_t second, const Digest& first_root, const Digest& second_root,
                        const Proof& given) {
  if (first == 0 || first > second) return false;
  if (first == second) return given.empty() && first_root == second_root;
  Proof proof = given;
  if (std::has_single_bit(first)) proof.insert(proof.begin(), first_root);
  if (proof.empty()) return false;
  Hasher hasher;
  auto at = first - 1;
  auto last = second - 1;
  while ((at & 1) != 0) {
    at >>= 1;
    last >>= 1;
  }
  Digest old_hash = proof.front();
  Digest new_hash = proof.front();
  for (std::size_t i = 1; i < proof.size(); ++i) {
    if (last == 0) return false;
    if ((at & 1) != 0 || at == last) {
      old_hash = hasher.node(proof[i], old_hash);
      new_hash = hasher.node(proof[i], new_hash);
      while ((at & 1) == 0) {  // ends: it is `last`, which is not 0
        at >>= 1;
        last >>= 1;
      }
    } else {
      new_hash = hasher.node(new_hash, proof[i]);
    }
    at >>= 1;
    last >>= 1;
  }
  return last == 0 && old_hash == first_root && new_hash == second_root;
}

}  // namespace tenure::storage::merkle
