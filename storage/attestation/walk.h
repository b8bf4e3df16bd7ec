// Every file below a folder, folders' links not followed. What goes meanwhile is passed over, and what holds no bytes there:
// a pipe would be waited at for ever. What cannot be read is told.
#pragma once
#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <vector>

#include "base/file.h"

namespace tenure::storage::attestation {

inline bool holds_bytes(const Path& path) {
  boost::system::error_code unknown;
  const auto type = boost::filesystem::status(path, unknown).type();
  return type != boost::filesystem::fifo_file && type != boost::filesystem::socket_file &&
         type != boost::filesystem::character_file && type != boost::filesystem::block_file;
}

// `look(path, is_folder)`; false of a folder keeps out of it. `unread(folder)`, once: what was not shown of it was
// not seen.
template <typename Look, typename Unread>
void walk(const Path& top, const Look& look, const Unread& unread) {
  namespace fs = boost::filesystem;
  for (std::vector<Path> waiting{top}; !waiting.empty();) {
    const Path folder = std::move(waiting.back());
    waiting.pop_back();
    std::vector<Path> folders;
    bool whole = true;
    boost::system::error_code error;
    for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
      boost::system::error_code unknown;
      // Asked of the disk: a folder that may be listed and not entered has a word for each entry, too.
      const auto status = fs::symlink_status(at->path(), unknown);
      if (status.type() == fs::status_error) whole = false;
      else if (fs::is_directory(status)) {
        if (look(at->path(), true)) folders.push_back(at->path());
      } else if (holds_bytes(at->path())) {
        look(at->path(), false);
      }
    }
    if (!whole || (error && error != boost::system::errc::no_such_file_or_directory)) unread(folder);
    std::ranges::sort(folders, std::greater());  // oldest first, as they are named
    waiting.insert(waiting.end(), folders.begin(), folders.end());
  }
}

}  // namespace tenure::storage::attestation
