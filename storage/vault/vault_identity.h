// The file by which a vault's folder is known again. Any thread.
#pragma once
#include <optional>
#include <string>

#include "base/file.h"
#include "config/settings.h"

namespace tenure::storage {

inline constexpr const char* kIdentityFile = "tenure-vault";

struct VaultIdentity {
  std::string name, id;
  bool trial = false;
};

// Three lines that a person can read: `vault <name>`, `id <32 hex digits>`, `trial yes|no`.
std::string to_text(const VaultIdentity& identity);
// Of an open folder; nothing, and why, when it has none. Throws Error{io}.
std::optional<VaultIdentity> identity_in(const File& root, std::string& why);
// Why a start that asks for a trial is refused with a vault that was not made for one.
std::string not_for_a_trial(const std::string& vault);
// That, for a folder as it lies there before a start; empty when it would not be refused. Changes nothing.
std::string trial_refusal(const config::Vault& vault);

}  // namespace tenure::storage
