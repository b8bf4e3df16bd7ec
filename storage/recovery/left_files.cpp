#include "storage/recovery/left_files.h"

#include <boost/filesystem/operations.hpp>
#include <sstream>

#include "base/error.h"
#include "base/log.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kMostNoted = 10'000;
constexpr std::size_t kMostBytes = 64 << 20;

Path note_in(const Path& catalogue_folder) { return catalogue_folder / "left-files"; }
}  // namespace

void note_left_files(const Path& catalogue_folder, const std::vector<Path>& files) {
  if (files.empty()) return;
  std::string lines;
  for (std::size_t i = 0; i < files.size() && i < kMostNoted; ++i) lines += files[i].string() + "\n";
  write_durably(note_in(catalogue_folder), as_view(lines));
}

std::vector<Path> noted_left_files(const Path& catalogue_folder) {
  const auto note = note_in(catalogue_folder);
  boost::system::error_code failed;
  if (!boost::filesystem::exists(note, failed)) return {};
  std::vector<Path> files;
  try {
    const auto whole = read_whole(note, kMostBytes);
    std::istringstream lines{std::string(as_text(whole))};
    for (std::string line; std::getline(lines, line);) files.emplace_back(line);
  } catch (const Error& error) {
    log_warning("event=left-files-not-told note={} cause=\"{}\"", note.string(), log_safe(error.what()));
  }
  return files;
}

}  // namespace tenure::storage
