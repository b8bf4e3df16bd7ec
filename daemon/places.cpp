#include "daemon/places.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/filesystem/operations.hpp>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"

namespace tenure::daemon {
namespace fs = boost::filesystem;

namespace {
// Empty, or what is wrong with a folder that is there. Permissions alone do not tell: a file without a name does.
std::string try_folder(const Path& folder) {
  boost::system::error_code error;
  if (!fs::is_directory(folder, error)) return fmt::format("{} is not a folder", log_safe(folder.string()));
  try {
    const File file = File::unnamed(folder);
    return {};
  } catch (const Error& failed) {
    return fmt::format("{} cannot be written to by user {} ({})", log_safe(folder.string()), ::geteuid(), failed.cause());
  }
}

std::string try_place(Path folder) {
  boost::system::error_code error;
  while (fs::symlink_status(folder, error).type() == fs::file_not_found && folder.has_parent_path()) folder = folder.parent_path();
  return try_folder(folder);
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
    if (fs::exists(vault.path, error)) check("vault.path", vault.path, try_folder(vault.path), all);
  return all;
}

}  // namespace tenure::daemon
