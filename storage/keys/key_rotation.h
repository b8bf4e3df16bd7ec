// The rotation of the key-encryption key as an act: chooses the next key, records it, wraps every slot anew, and does
// away with the old key where it is ours to do so. Any thread; blocks on the disk.
#pragma once
#include <mutex>

#include "storage/catalogue/catalogue.h"
#include "storage/keys/key_encryption_key.h"

namespace tenure::storage {

struct KeyStatus {
  std::uint32_t generation = 0;
  std::string place;                // where the key in force comes from
  std::vector<std::string> unused;  // given, and opening nothing
  bool rotating = false;
  std::uint64_t in_use = 0;         // slots
  std::optional<Instant> rotated_at;
};

class KeyRotation {
 public:
  // Finishes a rotation that a crash stopped, before anything is read.
  KeyRotation(Catalogue& catalogue, const Clock& clock, KeySlots& keys, Path state, std::vector<GivenKey> given);
  KeyStatus status() const;
  // To the credential that is given and not in use, else, when the key lies in a file, to a new one. Throws
  // Error{refused} saying how to give the next credential. Returns what remains to be done by hand.
  std::string rotate(const Actor& actor, const std::string& reason);
  // The key in force, for its backup; no rotation begins meanwhile. Throws Error{unavailable} in the middle of one.
  void with_current(const std::function<void(const Key&)>& body);

 private:
  const GivenKey& current() const { return given_.at(current_); }
  Catalogue& catalogue_;
  const Clock& clock_;
  KeySlots& keys_;
  const Path state_;
  mutable std::mutex mutex_;
  std::vector<GivenKey> given_;
  std::size_t current_ = 0;
};

}  // namespace tenure::storage
