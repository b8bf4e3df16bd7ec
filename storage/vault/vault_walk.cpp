#include "storage/vault/vault_walk.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <functional>

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
constexpr int kDateLevels = 3;  // yyyy/mm/dd

void note_unread(const boost::system::error_code& failed, const Path& folder, std::vector<Path>* unread) {
  const bool gone = failed == boost::system::errc::no_such_file_or_directory;  // a sweep takes emptied folders
  const bool file_system_s_own = folder.filename() == "lost+found" && failed == boost::system::errc::permission_denied;
  if (failed && !gone && !file_system_s_own && unread != nullptr) unread->push_back(folder);
}

// Empty when it is gone.
std::vector<Path> folders_in(const Path& folder, std::vector<Path>* unread) {
  std::vector<Path> all;
  boost::system::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    if (fs::is_directory(at->symlink_status(failed))) all.push_back(at->path());
  note_unread(failed, folder, unread);
  std::ranges::sort(all, std::greater<>{});
  return all;
}

// The newest `most` of the folders `levels` below, by name.
void newest_below(const Path& folder, int levels, std::size_t most, std::vector<Path>& found,
                  std::vector<Path>* unread) {
  if (levels == 0) return found.push_back(folder);
  for (const auto& one : folders_in(folder, unread))
    if (found.size() < most) newest_below(one, levels - 1, most, found, unread);
}

// "2026/03/02/14"
std::string hour_of(const Path& folder) {
  auto at = folder.end();
  std::string name;
  for (int level = 0; level <= kDateLevels; ++level) name.insert(0, (--at)->string() + "/");
  return name;
}

std::vector<Path> newest_hours(const Path& root, std::size_t days, std::vector<Path>* unread) {
  std::vector<Path> hours;
  for (const auto& cls : folders_in(root, unread)) {
    if (cls.filename() == kQuarantine) continue;
    for (const auto& source : folders_in(cls, unread)) {
      std::vector<Path> found;
      newest_below(source, kDateLevels, days, found, unread);
      for (const auto& day : found) std::ranges::copy(folders_in(day, unread), std::back_inserter(hours));
    }
  }
  return hours;
}
}  // namespace

std::vector<Path> newest_hour_folders(const Path& root, std::size_t days) { return newest_hours(root, days, nullptr); }

std::vector<Path> hour_folders(const Path& root, std::vector<Path>* unread) {
  const auto found = newest_hours(root, SIZE_MAX, unread);
  std::vector<std::pair<std::string, Path>> named;
  named.reserve(found.size());
  for (const auto& hour : found) named.emplace_back(hour_of(hour), hour);
  std::ranges::stable_sort(named, std::greater<>{}, &std::pair<std::string, Path>::first);
  std::vector<Path> hours;
  hours.reserve(named.size());
  for (auto& [name, hour] : named) hours.push_back(std::move(hour));
  return hours;
}

std::vector<Path> sealed_files(const Path& hour, std::vector<Path>* unread) {
  std::vector<Path> files;
  boost::system::error_code failed;
  for (fs::directory_iterator at(hour, failed), end; !failed && at != end; at.increment(failed))
    if (at->path().extension() == ".seg") files.push_back(at->path());
  note_unread(failed, hour, unread);
  std::ranges::sort(files);
  return files;
}

}  // namespace tenure::storage
