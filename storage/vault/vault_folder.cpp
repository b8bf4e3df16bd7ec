#include "storage/vault/vault_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "storage/types.h"
#include "storage/vault/vault_identity.h"

namespace tenure::storage {

namespace {
namespace fs = boost::filesystem;
constexpr int kAttempts = 3;  // a sweep may take an emptied folder between two steps

File open_below(const File& folder, const std::string& name, int flags) {
  return {::openat(folder.descriptor(), name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600), folder.path() / name};
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
  std::optional<VaultIdentity> identity;
  try {
    if (!known) make_first(trial);
    const File folder = open(why);
    if (folder.is_open()) identity = identity_in(folder, why);
  } catch (const std::exception& error) {  // not to be reached or written: other vaults go on
    why = error.what();
  }
  note(why);
  if (!identity) return;
  if (trial && !identity->trial) throw Error(ErrorKind::refused, not_for_a_trial(vault_.id));
  id_ = identity->id;
}

// Only a missing or unused folder; one with files and no identity is not ours.
void VaultFolder::make_first(bool trial) const {
  if (fs::exists(root()) && !is_unused(root())) return;
  make_directories(root());
  const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  write_durably(root() / kIdentityFile, as_view(to_text(VaultIdentity{vault_.id, VaultId::make(now).text(), trial})));
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
