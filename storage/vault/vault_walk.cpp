#include "storage/vault/vault_walk.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <functional>

#include "base/error.h"

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
constexpr int kDateLevels = 3;  // yyyy/mm/dd

// Empty when it is gone: a sweep takes emptied folders.
std::vector<Path> folders_in(const Path& folder) {
  std::vector<Path> all;
  boost::system::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    if (fs::is_directory(at->symlink_status(failed))) all.push_back(at->path());
  std::ranges::sort(all, std::greater<>{});
  return all;
}

// The newest `most` of the folders `levels` below, by name.
void newest_below(const Path& folder, int levels, std::size_t most, std::vector<Path>& found) {
  if (levels == 0) return found.push_back(folder);
  for (const auto& one : folders_in(folder))
    if (found.size() < most) newest_below(one, levels - 1, most, found);
}

// "2026/03/02/14"
std::string hour_of(const Path& folder) {
  auto at = folder.end();
  std::string name;
  for (int level = 0; level <= kDateLevels; ++level) name.insert(0, (--at)->string() + "/");
  return name;
}
}  // namespace

std::vector<Path> newest_hour_folders(const Path& root, std::size_t days) {
  std::vector<Path> hours;
  for (const auto& cls : folders_in(root)) {
    if (cls.filename() == kQuarantine) continue;
    for (const auto& source : folders_in(cls)) {
      std::vector<Path> found;
      newest_below(source, kDateLevels, days, found);
      for (const auto& day : found) std::ranges::copy(folders_in(day), std::back_inserter(hours));
    }
  }
  return hours;
}

std::vector<Path> hour_folders(const Path& root) {
  const auto found = newest_hour_folders(root, SIZE_MAX);
  std::vector<std::pair<std::string, Path>> named;
  named.reserve(found.size());
  for (const auto& hour : found) named.emplace_back(hour_of(hour), hour);
  std::ranges::stable_sort(named, std::greater<>{}, &std::pair<std::string, Path>::first);
  std::vector<Path> hours;
  hours.reserve(named.size());
  for (auto& [name, hour] : named) hours.push_back(std::move(hour));
  return hours;
}

std::vector<Path> sealed_files(const Path& hour) {
  std::vector<Path> files;
  boost::system::error_code failed;
  for (fs::directory_iterator at(hour, failed), end; !failed && at != end; at.increment(failed))
    if (at->path().extension() == ".seg") files.push_back(at->path());
  std::ranges::sort(files);
  return files;
}

bool can_be_read(const Path& file) {
  try {
    const File opened(file, File::Mode::read);
    Blob block(1 << 20);
    std::uint64_t at = 0;
    while (const auto got = opened.read_some_at(at, block)) at += got;
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace tenure::storage
