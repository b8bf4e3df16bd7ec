// Every file below a folder, links not followed. What cannot be read, or goes meanwhile, is passed over.
#pragma once
#include <boost/filesystem/operations.hpp>

#include "base/file.h"

namespace tenure::storage::attestation {

// `look(path, is_folder)`; false of a folder keeps out of it.
template <typename Look>
void walk(const Path& folder, const Look& look) {
  namespace fs = boost::filesystem;
  boost::system::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    boost::system::error_code gone;
    if (fs::is_directory(at->symlink_status(gone))) {
      if (!look(at->path(), true)) at.disable_recursion_pending();
    } else {
      look(at->path(), false);
    }
  }
}

}  // namespace tenure::storage::attestation
