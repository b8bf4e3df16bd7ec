// A backup as far as it says anything without the recovery key, which is on paper: its header in the clear. Whose
// keys are sealed in it cannot be told, only when it was made. Reads hostile bytes: bounded. Any thread.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/file.h"
#include "base/time.h"

namespace tenure::storage::attestation {

bool is_key_backup(View head);
// When it was made, by its own word; nothing when it has none that can be read.
std::optional<Instant> key_backup_made_at(const File& file);
std::optional<Instant> key_backup_made_at(const Path& file);  // nothing, too, when it cannot be read
bool is_key_backup_of(const Path& file, const std::string& ledger_key);  // by its own word, too

// What a backup of recordings says of itself, beside the copy of the catalogue.
struct DataBackupWord {
  Instant made_at;
  std::string catalogue_sha256;  // hexadecimal
};
std::optional<DataBackupWord> word_of_data_backup(const Path& folder);

// SHA-256 of a whole file; `each` is called now and then and may throw.
Digest digest_of(const File& file, const std::function<void()>& each);

}  // namespace tenure::storage::attestation
