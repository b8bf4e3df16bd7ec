#include "storage/backup/poor_places.h"

#include <sys/stat.h>

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <set>

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
// Of a folder whose disk is not there now nothing is said: nothing.
std::optional<dev_t> file_system_of(const Path& folder) {
  struct stat found {};
  if (::stat(folder.c_str(), &found) != 0) return std::nullopt;
  return found.st_dev;
}

bool lies_in(const Path& inner, const Path& outer) {
  boost::system::error_code ignored;
  const auto whole = fs::weakly_canonical(outer, ignored), place = fs::weakly_canonical(inner, ignored);
  return !whole.empty() && std::mismatch(whole.begin(), whole.end(), place.begin(), place.end()).first == whole.end();
}

std::set<Path> folders_of(const std::vector<BackupRow>& known, const std::string& kind) {
  std::set<Path> folders;
  for (const auto& one : known)
    if (one.kind == kind) folders.insert(one.folder);
  return folders;
}
}  // namespace

std::vector<std::string> poor_places(const std::vector<BackupRow>& known, const std::vector<Path>& live) {
  std::vector<std::string> all;
  const auto keys = folders_of(known, "keys"), data = folders_of(known, "data");
  const auto judge = [&](const std::set<Path>& folders, const std::string& kind) {
    for (const auto& folder : folders) {
      const auto here = file_system_of(folder);
      const auto beside = std::ranges::find_if(live, [&](const Path& one) { return here && file_system_of(one) == here; });
      if (beside == live.end()) continue;
      all.push_back("the backup of the " + kind + " in " + folder.string() + " lies on the file system of " + beside->string() +
                    ": whoever takes that disk, or what breaks it, takes both; mount another disk for it");
    }
  };
  judge(keys, "keys");
  judge(data, "data");
  for (const auto& one : keys)
    for (const auto& other : data)
      if (lies_in(one, other) || lies_in(other, one))
        all.push_back("the backups of the keys in " + one.string() + " and of the data in " + other.string() +
                      " lie together: keep them apart, so that no single disk has what opens the recordings beside them");
  return all;
}

}  // namespace tenure::storage
