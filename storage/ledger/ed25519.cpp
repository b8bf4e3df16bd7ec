// The signatures of note.h, by OpenSSL.
#include <openssl/evp.h>

#include <memory>

#include "base/error.h"
#include "storage/ledger/note.h"

namespace tenure::storage {

namespace {
using KeyHandle = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

void must(bool ok) {
  if (!ok) throw Error(ErrorKind::internal, "OpenSSL refused a signature operation.");
}

KeyHandle private_key(const SigningKey& key) {
  KeyHandle handle(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, key.seed.data(), key.seed.size()), EVP_PKEY_free);
  must(handle != nullptr);
  return handle;
}
}  // namespace

VerifierKey verifier_of(const SigningKey& key) {
  VerifierKey out{key.name, {}};
  std::size_t length = out.key.size();
  must(EVP_PKEY_get_raw_public_key(private_key(key).get(), out.key.data(), &length) == 1 && length == out.key.size());
  return out;
}

Signature sign(const SigningKey& key, View message) {
  const auto handle = private_key(key);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Signature signature;
  std::size_t length = signature.size();
  must(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1);
  must(EVP_DigestSign(context.get(), signature.data(), &length, message.data(), message.size()) == 1 && length == signature.size());
  return signature;
}

bool signature_holds(const PublicKey& key, View message, const Signature& signature) {
  const KeyHandle handle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()), EVP_PKEY_free);
  if (handle == nullptr) return false;  // no point of the curve
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  must(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

std::string public_key_pem(const PublicKey& key) {
  static constexpr std::array<std::uint8_t, 12> kPrefix{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
  Blob der(kPrefix.begin(), kPrefix.end());
  der.insert(der.end(), key.begin(), key.end());
  return "-----BEGIN PUBLIC KEY-----\n" + to_base64(der) + "\n-----END PUBLIC KEY-----\n";
}

}  // namespace tenure::storage
