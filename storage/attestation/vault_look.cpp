#include "storage/attestation/vault_look.h"

#include <boost/filesystem/operations.hpp>

namespace tenure::storage::attestation {

bool is_right_vault(const VaultPlace& vault, const std::string& id) {
  boost::system::error_code error;
  const auto file = vault.path / "tenure-vault";
  if (!boost::filesystem::is_regular_file(file, error)) return false;
  const auto bytes = read_whole(file, 4096);
  const auto text = as_text(bytes);
  return text.find("vault " + vault.name + "\n") != std::string_view::npos &&
         (id.empty() || text.find("id " + id + "\n") != std::string_view::npos);
}

}  // namespace tenure::storage::attestation
