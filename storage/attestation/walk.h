// Every file below a folder, links not followed. What goes meanwhile is passed over; what cannot be read is told.
#pragma once
#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <vector>

#include "base/file.h"

namespace tenure::storage::attestation {

// `look(path, is_folder)`; false of a folder keeps out of it. `unread(folder)`: the rest of it was not seen.
template <typename Look, typename Unread>
void walk(const Path& top, const Look& look, const Unread& unread) {
  namespace fs = boost::filesystem;
  for (std::vector<Path> waiting{top}; !waiting.empty();) {
    const Path folder = std::move(waiting.back());
    waiting.pop_back();
    std::vector<Path> folders;
    boost::system::error_code error;
    for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
      boost::system::error_code unknown;
      const auto status = at->symlink_status(unknown);
      if (status.type() == fs::status_error) unread(at->path());
      else if (!fs::is_directory(status)) look(at->path(), false);
      else if (look(at->path(), true)) folders.push_back(at->path());
    }
    if (error && error != boost::system::errc::no_such_file_or_directory) unread(folder);
    std::ranges::sort(folders, std::greater());  // oldest first, as they are named
    waiting.insert(waiting.end(), folders.begin(), folders.end());
  }
}

}  // namespace tenure::storage::attestation
