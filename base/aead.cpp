#include "base/aead.h"

#include <openssl/evp.h>

#include "base/entropy.h"
#include "base/error.h"

namespace tenure {

namespace {
void must(int ok) {
  if (ok != 1) throw Error(ErrorKind::internal, "OpenSSL refused an encryption operation.");
}
}  // namespace

struct Aead::State {
  EVP_CIPHER_CTX* sealing = EVP_CIPHER_CTX_new();
  EVP_CIPHER_CTX* opening = EVP_CIPHER_CTX_new();
  ~State() {
    EVP_CIPHER_CTX_free(sealing);
    EVP_CIPHER_CTX_free(opening);
  }
};

Aead::Aead(const Key& key) : state_(std::make_unique<State>()) {
  must(EVP_EncryptInit_ex2(state_->sealing, EVP_aes_256_gcm(), key.data(), nullptr, nullptr));
  must(EVP_DecryptInit_ex2(state_->opening, EVP_aes_256_gcm(), key.data(), nullptr, nullptr));
}
Aead::~Aead() = default;
Aead::Aead(Aead&&) noexcept = default;
Aead& Aead::operator=(Aead&&) noexcept = default;

void Aead::seal(const Nonce& nonce, View associated, View plain, std::uint8_t* out) {
  auto* context = state_->sealing;
  int length = 0;
  must(EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr));
  if (!associated.empty())
    must(EVP_EncryptUpdate(context, nullptr, &length, associated.data(), static_cast<int>(associated.size())));
  if (!plain.empty()) must(EVP_EncryptUpdate(context, out, &length, plain.data(), static_cast<int>(plain.size())));
  must(EVP_EncryptFinal_ex(context, out + plain.size(), &length));
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTagSize, out + plain.size()));
}

bool Aead::open(const Nonce& nonce, View associated, View sealed, std::uint8_t* out) {
  if (sealed.size() < kTagSize) return false;
  auto* context = state_->opening;
  const std::size_t size = sealed.size() - kTagSize;
  int length = 0;
  must(EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr));
  if (!associated.empty())
    must(EVP_DecryptUpdate(context, nullptr, &length, associated.data(), static_cast<int>(associated.size())));
  if (size > 0) must(EVP_DecryptUpdate(context, out, &length, sealed.data(), static_cast<int>(size)));
  std::array<std::uint8_t, kTagSize> tag;
  std::memcpy(tag.data(), sealed.data() + size, kTagSize);
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data()));
  if (EVP_DecryptFinal_ex(context, out + size, &length) == 1) return true;
  wipe({out, size});
  return false;
}

Blob seal_message(const Key& key, std::string_view purpose, View plain) {
  Nonce nonce;
  fill_random(nonce);
  Blob sealed(nonce.size() + plain.size() + kTagSize);
  std::memcpy(sealed.data(), nonce.data(), nonce.size());
  Aead(key).seal(nonce, as_view(purpose), plain, sealed.data() + nonce.size());
  return sealed;
}

std::optional<Blob> open_message(const Key& key, std::string_view purpose, View sealed) {
  Nonce nonce;
  if (sealed.size() < nonce.size() + kTagSize) return std::nullopt;
  std::memcpy(nonce.data(), sealed.data(), nonce.size());
  Blob plain(sealed.size() - nonce.size() - kTagSize);
  if (!Aead(key).open(nonce, as_view(purpose), sealed.subspan(nonce.size()), plain.data())) return std::nullopt;
  return plain;
}

}  // namespace tenure
