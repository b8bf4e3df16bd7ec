#include "storage/vault/vault.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <cctype>

#include "base/error.h"
#include "base/log.h"

namespace tenure::storage {

namespace {

namespace fs = boost::filesystem;

// Names come from validated settings; a path is where a mistake there would do harm.
const std::string& safe_name(const std::string& name) {
  const bool plain = std::ranges::all_of(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.'; });
  if (name.empty() || name.size() > 64 || name.front() == '.' || !plain)
    throw Error(ErrorKind::usage, "\"" + log_safe(name) + "\" cannot name a source or class: letters, digits, '-', '_' and '.' only.");
  return name;
}

std::string two_digits(unsigned value) { return {static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)}; }

}  // namespace

Vaults::Vaults(const std::vector<config::Vault>& settings, bool trial, const Ids& known) {
  for (const config::Vault& vault : settings) {
    const auto found = known.find(vault.id);
    auto folder = std::make_unique<VaultFolder>(vault, trial, found == known.end() ? std::nullopt : std::optional(found->second));
    if (!folders_.emplace(vault.id, std::move(folder)).second) throw Error(ErrorKind::usage, "Two vaults are named " + vault.id + ".");
  }
}

const VaultFolder& Vaults::folder(const std::string& vault) const {
  const auto found = folders_.find(vault);
  if (found == folders_.end()) throw Error(ErrorKind::not_found, "There is no vault named " + vault + " in the settings.");
  return *found->second;
}

std::string Vaults::choose(const std::string& cls) const {
  std::string why;
  for (const auto& [name, folder] : folders_) {
    if (!folder->takes(cls)) continue;
    const auto off = folder->off_line();
    if (off.empty()) return name;
    why = "the vault " + name + " is off line: " + off;
  }
  throw Error(ErrorKind::unavailable, "No vault can take the class " + cls + ".", why);
}

std::string Vaults::off_line(const std::string& vault) const {
  const auto found = folders_.find(vault);
  return found == folders_.end() ? "the settings name no such vault" : found->second->off_line();
}

Path Vaults::path_of(const std::string& vault, const std::string& cls, const std::string& source, Instant start, const SegmentId& id) const {
  const auto day = std::chrono::floor<std::chrono::days>(start);
  const std::chrono::year_month_day date(day);
  const auto hour = static_cast<unsigned>(std::chrono::floor<std::chrono::hours>(start - day).count());
  const std::string year = std::to_string(static_cast<int>(date.year()));
  return root(vault) / safe_name(cls) / safe_name(source) / year / two_digits(static_cast<unsigned>(date.month())) /
         two_digits(static_cast<unsigned>(date.day())) / two_digits(hour) / (id.text() + ".seg");
}

File Vaults::create(const std::string& vault, const std::string& cls, const std::string& source, Instant start, const SegmentId& id) const {
  const auto& in = folder(vault);
  return in.create(path_of(vault, cls, source, start, id).lexically_relative(in.root()));
}

void Vaults::drop_empty_folders(const SegmentRow& row) const {
  const auto& in = folder(row.vault);
  in.drop_empty(path_of(row).lexically_relative(in.root()));
}

std::vector<std::string> Vaults::names() const {
  std::vector<std::string> names;
  for (const auto& [name, folder] : folders_) names.push_back(name);
  return names;
}

Vaults::Ids Vaults::ids() const {
  Ids ids;
  for (const auto& [name, folder] : folders_)
    if (!folder->id().empty()) ids.emplace(name, folder->id());
  return ids;
}

Path Vaults::root(const std::string& vault) const { return folder(vault).root(); }

std::uint64_t Vaults::free_bytes(const std::string& vault) const {
  boost::system::error_code failed;
  const auto space = fs::space(root(vault), failed);
  return failed ? 0 : space.available;
}

}  // namespace tenure::storage
