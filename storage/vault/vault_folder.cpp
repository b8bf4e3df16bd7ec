#include "storage/vault/vault_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/filesystem/operations.hpp>
#include <cerrno>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "storage/types.h"

namespace tenure::storage {

namespace {
namespace fs = boost::filesystem;
constexpr const char* kIdentityFile = "tenure-vault";
constexpr std::size_t kLargestIdentity = 4096;
constexpr int kAttempts = 3;  // a sweep may take an emptied folder between two steps

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

File open_below(const File& folder, const std::string& name, int flags) {
  return {::openat(folder.descriptor(), name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600), folder.path() / name};
}

// The identity of an open vault folder; nothing, and why, when it has none.
std::optional<Identity> identity_in(const File& root, std::string& why) {
  const File file = open_below(root, kIdentityFile, O_RDONLY | O_NONBLOCK);
  if (!file.is_open()) {
    why = errno == ENOENT ? "its folder has no identity file" : io_error("its identity file cannot be opened").what();
    return std::nullopt;
  }
  std::array<std::uint8_t, kLargestIdentity> bytes{};
  const auto identity = parse_identity(as_text(View(bytes).first(file.read_some_at(0, bytes))));
  if (!identity) why = "its identity file cannot be understood";
  return identity;
}

File enter(const File& parent, const std::string& name) {
  constexpr int kFolder = O_RDONLY | O_DIRECTORY;
  File folder = open_below(parent, name, kFolder);
  if (!folder.is_open() && errno == ENOENT) {
    if (::mkdirat(parent.descriptor(), name.c_str(), 0700) == 0) {
      File(::openat(parent.descriptor(), ".", kFolder | O_CLOEXEC), parent.path()).sync();
    } else if (errno != EEXIST) {
      throw io_error("Cannot make the folder " + folder.path().string());
    }
    folder = open_below(parent, name, kFolder);
  }
  if (!folder.is_open()) throw io_error("Cannot open the folder " + folder.path().string());
  return folder;
}

// A start that was cut off may leave its unfinished identity file in an otherwise empty folder; a disk made for the vault
// has its file system's own lost+found.
bool is_unused(const Path& folder) {
  return std::all_of(fs::directory_iterator(folder), fs::directory_iterator(), [](const fs::directory_entry& item) {
    const auto name = item.path().filename();
    return name == kIdentityFile + std::string(".new") || (name == "lost+found" && fs::is_directory(item.symlink_status()));
  });
}
}  // namespace

VaultFolder::VaultFolder(config::Vault vault, bool trial, const std::optional<std::string>& known)
    : vault_(std::move(vault)), id_(known.value_or("")) {
  std::string why;
  std::optional<Identity> identity;
  try {
    if (!known) make_first(trial);
    const File folder = open(why);
    if (folder.is_open()) identity = identity_in(folder, why);
  } catch (const std::exception& error) {  // not to be reached or written: other vaults go on
    why = error.what();
  }
  note(why);
  if (!identity) return;
  if (trial && !identity->trial)
    throw Error(ErrorKind::refused, "The vault " + vault_.id + " was not made for a trial, so trial = true is refused. Use another folder for a trial.");
  id_ = identity->id;
}

// Only a missing or unused folder; one with files and no identity is not ours.
void VaultFolder::make_first(bool trial) const {
  if (fs::exists(root()) && !is_unused(root())) return;
  make_directories(root());
  const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  write_durably(root() / kIdentityFile, as_view(to_text(Identity{vault_.id, VaultId::make(now).text(), trial})));
}

// The open folder when it is the right one; else an unopened file, and why.
File VaultFolder::open(std::string& why) const {
  File folder(::open(root().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), root());
  if (!folder.is_open()) {
    why = errno == ENOENT ? "its folder is missing" : io_error("its folder cannot be opened").what();
    return {};
  }
  const auto identity = identity_in(folder, why);
  if (!identity) return {};
  if (identity->name != vault_.id)
    why = "the folder belongs to the vault \"" + log_safe(identity->name) + "\"";
  else if (!id_.empty() && identity->id != id_)
    why = "the folder belongs to another vault of the same name, " + identity->id + ", and not to " + id_;
  else
    return folder;
  return {};
}

void VaultFolder::note(const std::string& why) const {
  const auto before = std::exchange(*why_.lock(), why);
  if (before == why) return;
  if (why.empty()) log_info("event=vault-on-line vault={}", vault_.id);
  else log_error("event=vault-off-line vault={} folder={} cause=\"{}\" remedy=\"mount what belongs there, or give [[vault]] another id for a new one\"",
                 vault_.id, root().string(), why);
}

std::string VaultFolder::off_line() const {
  std::string why;
  try {
    static_cast<void>(open(why));
  } catch (const Error& error) {  // the disk does not answer
    why = error.what();
  }
  note(why);
  return why;
}

void VaultFolder::drop_empty(const Path& inside) const {
  const std::scoped_lock lock(folders_);
  for (auto folder = inside.parent_path(); !folder.empty(); folder = folder.parent_path())
    if (::rmdir((root() / folder).c_str()) != 0 && errno != ENOENT) return;  // not empty, as a rule; no harm otherwise
}

File VaultFolder::create(const Path& inside) const {
  const std::scoped_lock lock(folders_);
  for (int attempt = 1;; ++attempt) {
    std::string why;
    File folder = open(why);
    note(why);
    if (!folder.is_open()) throw Error(ErrorKind::unavailable, "The vault " + vault_.id + " is off line.", why);
    try {
      for (const auto& name : inside.parent_path()) folder = enter(folder, name.string());
      File file = open_below(folder, inside.filename().string(), O_RDWR | O_CREAT | O_EXCL);
      if (!file.is_open()) throw io_error("Cannot create " + file.path().string());
      folder.sync();
      return file;
    } catch (const Error&) {
      if (attempt == kAttempts || fs::exists((root() / inside).parent_path())) throw;
    }
  }
}

bool VaultFolder::takes(const std::string& cls) const {
  return vault_.classes.empty() || std::ranges::find(vault_.classes, cls) != vault_.classes.end();
}

}  // namespace tenure::storage
