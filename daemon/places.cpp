#include "daemon/places.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/filesystem/operations.hpp>
#include <cerrno>
#include <cstring>

#include "base/file.h"
#include "base/log.h"
#include "storage/vault/vault_identity.h"

namespace tenure::daemon {
namespace fs = boost::filesystem;

namespace {
// Permissions alone do not tell whether a folder can be written to: a file does, without a name where the file system has
// such. Nothing, or why not.
std::string try_writing(const Path& folder) {
  constexpr int kFlags = O_RDWR | O_CLOEXEC;
  const File unnamed(::open(folder.c_str(), kFlags | O_TMPFILE, 0600), folder);
  if (unnamed.is_open()) return {};
  const Path named = folder / fmt::format(".tenured-tries-{}", ::getpid());
  const File file(::open(named.c_str(), kFlags | O_CREAT | O_EXCL | O_NOFOLLOW, 0600), named);
  const int code = errno;
  if (file.is_open()) ::unlink(named.c_str());
  // A full disk is no reason not to start: what is due must be deleted there all the more.
  const bool good = file.is_open() || code == ENOSPC || code == EDQUOT;
  return good ? std::string() : std::string(std::strerror(code));
}

// Empty, or what is wrong with a folder that is there.
std::string try_folder(const Path& folder) {
  boost::system::error_code error;
  if (!fs::is_directory(folder, error)) return fmt::format("{} is not a folder", log_safe(folder.string()));
  const auto why = try_writing(folder);
  return why.empty() ? why : fmt::format("{} cannot be written to by user {} ({})", log_safe(folder.string()), ::geteuid(), why);
}

std::string try_place(Path folder) {
  boost::system::error_code error;
  while (fs::symlink_status(folder, error).type() == fs::file_not_found && folder.has_parent_path()) folder = folder.parent_path();
  return try_folder(folder);
}

std::string try_vault(const config::Vault& vault, bool trial) {
  auto problem = try_folder(vault.path);
  if (!problem.empty() || !trial) return problem;
  try {
    return storage::trial_refusal(vault);
  } catch (const std::exception& unreadable) {  // off line, which ends no start
    return {};
  }
}

void check(std::string_view setting, const Path& path, const std::string& problem, std::vector<std::string>& all) {
  if (!problem.empty()) all.push_back(fmt::format("{}: \"{}\" cannot be used: {}", setting, log_safe(path.string()), problem));
}
}  // namespace

std::vector<std::string> check_state_folder(const config::Settings& settings) {
  std::vector<std::string> all;
  check("storage.path", settings.storage.path, try_place(settings.storage.path), all);
  return all;
}

std::vector<std::string> check_places(const config::Settings& settings) {
  auto all = check_state_folder(settings);
  boost::system::error_code error;
  for (const auto& vault : settings.vaults)
    if (fs::exists(vault.path, error)) check("vault.path", vault.path, try_vault(vault, settings.storage.trial), all);
  return all;
}

}  // namespace tenure::daemon
