#include "storage/ledger/signing_key.h"

#include <boost/filesystem/operations.hpp>

#include "base/aead.h"
#include "base/entropy.h"
#include "base/error.h"

namespace tenure::storage {

namespace {
constexpr auto kPurpose = "tenure ledger key";

Path file_of(const Path& state) { return state / "secrets" / "ledger-key"; }

Key sealing_key(const Key& key_encryption_key) { return hkdf_sha256(key_encryption_key, {}, "tenure ledger signing key"); }

// The seed, then the name.
void write_key(const Path& file, const SigningKey& key, const Key& key_encryption_key) {
  Blob plain(key.seed.begin(), key.seed.end());
  plain.insert(plain.end(), key.name.begin(), key.name.end());
  make_directories(file.parent_path());
  write_durably(file, seal_message(sealing_key(key_encryption_key), kPurpose, plain));
  wipe(plain);
}

SigningKey read_key(const Path& file, const Key& key_encryption_key) {
  auto plain = open_message(sealing_key(key_encryption_key), kPurpose, read_whole(file, 4096));
  SigningKey key;
  if (!plain || plain->size() <= key.seed.size())
    throw Error(ErrorKind::refused, "The ledger's key " + file.string() +
                                        " was not sealed with this key-encryption key: restore both from the key backup.");
  std::memcpy(key.seed.data(), plain->data(), key.seed.size());
  key.name.assign(plain->begin() + static_cast<std::ptrdiff_t>(key.seed.size()), plain->end());
  wipe(*plain);
  return key;
}

SigningKey make_key() {
  SigningKey key;
  fill_random(key.seed);
  std::array<std::uint8_t, 8> unique;
  fill_random(unique);
  key.name = "tenure-ledger-" + to_hex(unique);
  return key;
}

void write_if_other(const Path& file, const std::string& text) {
  if (boost::filesystem::exists(file) && as_text(read_whole(file)) == text) return;
  write_durably(file, as_view(text));
}
}  // namespace

SigningKey load_signing_key(const Path& state, const Path& folder, const Key& key_encryption_key, bool may_make) {
  const auto file = file_of(state);
  const bool there = boost::filesystem::exists(file);
  if (!there && !may_make)
    throw Error(ErrorKind::refused, "The ledger's key " + file.string() + " is missing: restore it from the key backup.");
  auto key = there ? read_key(file, key_encryption_key) : make_key();
  if (!there) write_key(file, key, key_encryption_key);
  const auto verifier = verifier_of(key);
  write_if_other(folder / "key.pem", public_key_pem(verifier.key));
  write_if_other(folder / "key.vkey", verifier_key_text(verifier) + "\n");
  return key;
}

void reseal_signing_key(const Path& state, const Key& before, const Key& after) {
  const auto file = file_of(state);
  if (!boost::filesystem::exists(file)) return;
  auto key = read_key(file, before);
  write_key(file, key, after);
  wipe(key.seed);
}

}  // namespace tenure::storage
