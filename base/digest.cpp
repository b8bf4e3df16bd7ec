// The plain SHA256_ functions are OpenSSL's own, only deprecated: its EVP layer around the same code costs 100 to 150 ns
// a message, as much as half a block, and ledger lines, tree nodes and samples are messages of one to five blocks.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/sha.h>

#include "base/error.h"

namespace tenure {

namespace {
const EVP_MD* sha256_method() {
  // Fetched once: the implicit fetch inside EVP_sha256() costs more than a short HMAC.
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return method;
}
void must(int ok) {
  if (ok != 1) throw Error(ErrorKind::internal, "OpenSSL refused a digest operation.");
}
}  // namespace

struct Sha256::State {
  State() { must(SHA256_Init(&context)); }
  ~State() { OPENSSL_cleanse(&context, sizeof context); }
  SHA256_CTX context{};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(View bytes) {
  must(SHA256_Update(&state_->context, bytes.data(), bytes.size()));
  return *this;
}

Digest Sha256::finish() {
  Digest digest;
  must(SHA256_Final(digest.data(), &state_->context));
  must(SHA256_Init(&state_->context));
  return digest;
}

Digest sha256(View bytes) { return Sha256().update(bytes).finish(); }

Digest hmac_sha256(View key, View message) {
  Digest digest;
  unsigned length = 0;
  if (HMAC(sha256_method(), key.data(), static_cast<int>(key.size()), message.data(), message.size(), digest.data(), &length) == nullptr)
    throw Error(ErrorKind::internal, "OpenSSL refused an HMAC.");
  return digest;
}

Key hkdf_sha256(View secret, View salt, std::string_view info) {
  const Digest extracted = hmac_sha256(salt.empty() ? View(Digest{}) : salt, secret);
  Blob message(info.begin(), info.end());
  message.push_back(1);
  return hmac_sha256(extracted, message);
}

void wipe(std::span<std::uint8_t> secret) { OPENSSL_cleanse(secret.data(), secret.size()); }

}  // namespace tenure
