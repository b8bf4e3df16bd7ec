// SHA-256, HMAC and HKDF over OpenSSL. Any thread; one Sha256 object per thread at a time.
#pragma once
#include <array>
#include <memory>

#include "base/bytes.h"

namespace tenure {

using Digest = std::array<std::uint8_t, 32>;
using Key = std::array<std::uint8_t, 32>;

// Incremental SHA-256; finish() resets it for the next message.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256& update(View bytes);
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256(View bytes);
Digest hmac_sha256(View key, View message);
// RFC 5869 with an empty or given salt: 32 bytes for the purpose named by `info`.
Key hkdf_sha256(View secret, View salt, std::string_view info);
// Overwrites a secret so that the compiler cannot drop it.
void wipe(std::span<std::uint8_t> secret);

}  // namespace tenure
