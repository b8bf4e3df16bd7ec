// Whether a folder is the vault that it should be: by the file that each vault carries. Reads the disk; any thread.
#pragma once
#include "storage/attestation/attestation.h"

namespace tenure::storage::attestation {

// `id` as the catalogue knows it; empty: it knows none.
bool is_right_vault(const VaultPlace& vault, const std::string& id);

}  // namespace tenure::storage::attestation
