// Where the key-encryption key comes from: the systemd credentials `tenure-kek` and `tenure-kek-next`, else the 0600 file
// `<state>/secrets/kek`, made at the first start; `kek.next` beside it while a rotation is under way. One thread.
#pragma once
#include "storage/keys/key_slots.h"

namespace tenure::storage {

enum class KeyPlace { credential, next_credential, file, next_file };

struct GivenKey {
  Key key{};
  KeyPlace place = KeyPlace::file;
  ~GivenKey() { wipe(key); }
};

std::string to_string(KeyPlace place);  // "the systemd credential tenure-kek"

// In the order they are tried. Throws Error{refused} when a file can be read by others, or when there is none although
// keys were made with one.
std::vector<GivenKey> given_key_encryption_keys(const Path& state);
// A new one, in `kek.next`, durable.
Key make_next_key_file(const Path& state);
// `kek.next` becomes `kek`, the old bytes overwritten in place; for a key from elsewhere both files go.
void settle_key_files(const Path& state, const GivenKey& current);

}  // namespace tenure::storage
