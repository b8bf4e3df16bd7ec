// Checkpoints as C2SP tlog-checkpoint prescribes: a signed note of origin, tree size and root, signed Ed25519. Pure; any
// thread. What is parsed here may come from another machine: every length is bounded, and what is odd is refused.
#pragma once
#include <optional>
#include <string>

#include "base/digest.h"

namespace tenure::storage {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};
  bool operator==(const Checkpoint&) const = default;
};

// The verifier key of a signed note: NAME+<hash>+<base64 of 0x01 and the key>.
struct VerifierKey {
  std::string name;
  PublicKey key{};
};
std::string verifier_key_text(const VerifierKey& key);
std::optional<VerifierKey> parse_verifier_key(std::string_view text);
std::string public_key_pem(const PublicKey& key);

// An Ed25519 private key: the 32-byte seed.
struct SigningKey {
  std::string name;  // of the log: the checkpoint's origin and the signature's name
  Key seed{};
};
VerifierKey verifier_of(const SigningKey& key);
Signature sign(const SigningKey& key, View message);
bool signature_holds(const PublicKey& key, View message, const Signature& signature);

// "<origin>\n<size>\n<base64 root>\n"
std::string checkpoint_text(const Checkpoint& checkpoint);
std::string make_note(const SigningKey& key, const Checkpoint& checkpoint);

// The checkpoint of a note, and whether `key` signed it. Nothing when it is no note of a checkpoint.
struct ReadNote {
  Checkpoint checkpoint;
  bool is_signed = false;
};
std::optional<ReadNote> read_note(std::string_view note, const VerifierKey& key);

}  // namespace tenure::storage
