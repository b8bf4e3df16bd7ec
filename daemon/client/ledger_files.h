// `tenure ledger verify --from-files`: reads a copy of the ledger here, without the daemon.
#pragma once
#include <string>

namespace tenure::client {

// The report as JSON. `key`: a verifier key or the file that holds one; empty: the folder's own. Throws Error.
std::string verify_ledger_files(const std::string& folder, const std::string& key);

}  // namespace tenure::client
