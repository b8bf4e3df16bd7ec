#include "storage/vault.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <cctype>

#include "base/error.h"
#include "base/log.h"

namespace tenure::storage {

namespace {

namespace fs = boost::filesystem;
constexpr const char* kIdentityFile = "tenure-vault";

struct Identity {
  std::string name, id;
  bool trial = false;
};

// Three lines that a person can read: `vault <name>`, `id <32 hex digits>`, `trial yes|no`.
std::string to_text(const Identity& identity) {
  return "vault " + identity.name + "\nid " + identity.id + "\ntrial " + (identity.trial ? "yes" : "no") + "\n";
}

std::optional<Identity> parse_identity(std::string_view text) {
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
  return Identity{fields["vault"], fields["id"], trial == "yes"};
}

// Empty, or why this folder is not the vault meant.
std::string check_identity(const config::Vault& vault, bool trial) {
  const Path path = vault.path / kIdentityFile;
  if (!fs::exists(path)) {
    if (fs::exists(vault.path) && !fs::is_empty(vault.path)) return "the folder is not empty and has no identity file";
    make_directories(vault.path);
    const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    write_durably(path, as_view(to_text(Identity{vault.id, VaultId::make(now).text(), trial})));
    return {};
  }
  const Blob bytes = read_whole(path, 4096);
  const auto identity = parse_identity(as_text(bytes));
  if (!identity) return "its identity file cannot be understood";
  if (identity->name != vault.id) return "the folder belongs to the vault \"" + identity->name + "\"";
  if (trial && !identity->trial)
    throw Error(ErrorKind::refused, "The vault " + vault.id + " was not made for a trial, so trial = true is refused. Use another folder for a trial.");
  return {};
}

// Names come from validated settings; a path is where a mistake there would do harm.
const std::string& safe_name(const std::string& name) {
  const bool plain = std::ranges::all_of(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.'; });
  if (name.empty() || name.size() > 64 || name.front() == '.' || !plain)
    throw Error(ErrorKind::usage, "\"" + log_safe(name) + "\" cannot name a source or class: letters, digits, '-', '_' and '.' only.");
  return name;
}

std::string two_digits(unsigned value) { return {static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)}; }

}  // namespace

Vaults::Vaults(const std::vector<config::Vault>& settings, bool trial) {
  for (const config::Vault& vault : settings) {
    Entry entry{vault.path, vault.classes, false, {}};
    try {
      entry.why = check_identity(vault, trial);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::refused) throw;
      entry.why = error.what();
    } catch (const fs::filesystem_error& error) {
      entry.why = error.what();
    }
    entry.online = entry.why.empty();
    if (!entry.online) log_error("event=vault-off-line vault={} cause=\"{}\"", vault.id, entry.why);
    if (!entries_.emplace(vault.id, std::move(entry)).second) throw Error(ErrorKind::usage, "Two vaults are named " + vault.id + ".");
  }
}

std::string Vaults::choose(const std::string& cls) const {
  std::string why;
  for (const auto& [name, entry] : entries_) {
    const bool takes = entry.classes.empty() || std::ranges::find(entry.classes, cls) != entry.classes.end();
    if (takes && entry.online) return name;
    if (takes) why = "the vault " + name + " is off line: " + entry.why;
  }
  throw Error(ErrorKind::unavailable, "No vault can take the class " + cls + ".", why);
}

bool Vaults::online(const std::string& vault) const {
  const auto found = entries_.find(vault);
  return found != entries_.end() && found->second.online;
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
  if (!online(vault)) throw Error(ErrorKind::unavailable, "The vault " + vault + " is off line.");
  const Path path = path_of(vault, cls, source, start, id);
  for (int attempt = 0;; ++attempt) {
    make_directories(path.parent_path());
    try {
      File file(path, File::Mode::create);
      sync_directory(path.parent_path());
      return file;
    } catch (const Error&) {
      // A sweep may have taken the emptied folder between the two steps.
      if (attempt == 2 || fs::exists(path.parent_path())) throw;
    }
  }
}

std::vector<std::string> Vaults::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

Path Vaults::root(const std::string& vault) const {
  const auto found = entries_.find(vault);
  if (found == entries_.end()) throw Error(ErrorKind::not_found, "There is no vault named " + vault + " in the settings.");
  return found->second.root;
}

std::uint64_t Vaults::free_bytes(const std::string& vault) const {
  boost::system::error_code failed;
  const auto space = fs::space(root(vault), failed);
  return failed ? 0 : space.available;
}

}  // namespace tenure::storage
