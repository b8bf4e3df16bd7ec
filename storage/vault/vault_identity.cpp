#include "storage/vault/vault_identity.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>

#include "base/error.h"
#include "storage/types.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kLargestIdentity = 4096;

std::optional<VaultIdentity> parse_identity(std::string_view text) {
  std::map<std::string, std::string> fields;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    fields.emplace(line.substr(0, space), line.substr(space + 1));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  const auto& trial = fields["trial"];
  if (fields["vault"].empty() || !VaultId::parse(fields["id"]) || (trial != "yes" && trial != "no")) return std::nullopt;
  return VaultIdentity{fields["vault"], fields["id"], trial == "yes"};
}
}  // namespace

std::string to_text(const VaultIdentity& identity) {
  return "vault " + identity.name + "\nid " + identity.id + "\ntrial " + (identity.trial ? "yes" : "no") + "\n";
}

std::optional<VaultIdentity> identity_in(const File& root, std::string& why) {
  const File file = {::openat(root.descriptor(), kIdentityFile, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW), root.path() / kIdentityFile};
  if (!file.is_open()) {
    why = errno == ENOENT ? "its folder has no identity file" : io_error("its identity file cannot be opened").what();
    return std::nullopt;
  }
  std::array<std::uint8_t, kLargestIdentity> bytes{};
  const auto identity = parse_identity(as_text(View(bytes).first(file.read_some_at(0, bytes))));
  if (!identity) why = "its identity file cannot be understood";
  return identity;
}

std::string not_for_a_trial(const std::string& vault) {
  return "The vault " + vault + " was not made for a trial, so trial = true is refused. Use another folder for a trial.";
}

std::string trial_refusal(const config::Vault& vault) {
  std::string why;
  const File folder(::open(vault.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), vault.path);
  const auto identity = folder.is_open() ? identity_in(folder, why) : std::nullopt;
  return identity && !identity->trial ? not_for_a_trial(vault.id) : std::string();
}

}  // namespace tenure::storage
