// The root key: random, made at the first start, never changed. Under it lie the keys inside the slots, the blind index,
// the hold files, second factors and the ledger's key; a rotation of the key-encryption key only seals it anew. It lies
// in `a/root` and `b/root` of the keys' folder, 128 bytes overwritten in place: a place of 64 for each of two
// generations, so that both keys open it while a rotation is under way. One thread.
#pragma once
#include <map>
#include <vector>

#include "base/digest.h"
#include "base/file.h"

namespace tenure::storage {

struct OpenedRoot {
  Key root{};
  std::map<std::uint32_t, std::size_t> generations;  // two: a rotation is under way; to which of the given keys opens it
};

class RootKeyFiles {
 public:
  explicit RootKeyFiles(Path folder) : folder_(std::move(folder)) {}
  bool is_there() const;
  void make(const Key& key_encryption_key);
  // make() was cut off: the copies differ, and nothing of them opens.
  bool is_half_made(const std::vector<Key>& given) const;
  // Mends a bad copy. Throws Error{refused} when no given key opens it, or when a rotation stopped half-way and one of
  // its two keys is not given.
  OpenedRoot open(const std::vector<Key>& given);
  // Durable in both copies, one after the other, when it returns.
  void add(std::uint32_t generation, const Key& key_encryption_key, const Key& root);
  void drop(std::uint32_t generation);

 private:
  void put(std::uint32_t place, View bytes) const;
  Path folder_;
};

}  // namespace tenure::storage
