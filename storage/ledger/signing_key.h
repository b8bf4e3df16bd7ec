// The key that signs checkpoints, made at the first start: sealed under a key derived from the key-encryption key in
// <state>/secrets/ledger-key; its public half lies in the ledger's folder as `key.pem` and, as a verifier key, `key.vkey`.
#pragma once
#include "base/file.h"
#include "storage/ledger/note.h"

namespace tenure::storage {

// `may_make`: there is no checkpoint yet, so that a missing key is a first start and no loss. Throws Error{refused} with
// what to do when the key is missing or was sealed with another key-encryption key.
SigningKey load_signing_key(const Path& state, const Path& folder, const Key& key_encryption_key, bool may_make);
// Seals it anew, for a rotation of the key-encryption key; durable when it returns.
void reseal_signing_key(const Path& state, const Key& before, const Key& after);

}  // namespace tenure::storage
