// AES-256-GCM with a 12-byte nonce and a 16-byte tag. One object per thread at a time: it keeps its key schedule.
#pragma once
#include <memory>

#include "base/digest.h"

namespace tenure {

using Nonce = std::array<std::uint8_t, 12>;
inline constexpr std::size_t kTagSize = 16;

class Aead {
 public:
  explicit Aead(const Key& key);
  ~Aead();
  Aead(Aead&&) noexcept;
  Aead& operator=(Aead&&) noexcept;
  // Writes plain.size() + kTagSize bytes to `out` (ciphertext, then tag). The caller never repeats a nonce.
  void seal(const Nonce& nonce, View associated, View plain, std::uint8_t* out);
  // Writes sealed.size() - kTagSize bytes to `out`. False, with `out` wiped, when the bytes are not authentic.
  [[nodiscard]] bool open(const Nonce& nonce, View associated, View sealed, std::uint8_t* out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Seals one small message under a random nonce: nonce, ciphertext, tag. `purpose` is bound as associated data.
Blob seal_message(const Key& key, std::string_view purpose, View plain);
std::optional<Blob> open_message(const Key& key, std::string_view purpose, View sealed);

}  // namespace tenure
