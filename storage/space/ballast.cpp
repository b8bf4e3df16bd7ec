#include "storage/space/ballast.h"

#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "base/log.h"

namespace tenure::storage {
namespace fs = boost::filesystem;

namespace {
Path inode_path(const Path& folder, int number) { return folder / ("inode-" + std::to_string(number)); }
}  // namespace

bool Ballast::held() const {
  boost::system::error_code error;
  const auto size = fs::file_size(folder_ / "space", error);
  return !error && size >= bytes_ && fs::exists(inode_path(folder_, kInodes - 1), error);
}

bool Ballast::hold() {
  if (held()) return true;
  try {
    make_directories(folder_);
    release();
    File space(folder_ / "space", File::Mode::create);
    space.preallocate(bytes_);
    space.sync();
    for (int i = 0; i < kInodes; ++i) File(inode_path(folder_, i), File::Mode::create);
    sync_directory(folder_);
    return true;
  } catch (const Error&) {
    try {
      release();  // half a ballast would look like one
    } catch (const Error& error) {
      log_warning("event=ballast-not-removed folder={} cause=\"{}\"", folder_.string(), log_safe(error.what()));
    }
    return false;
  }
}

bool Ballast::release() {
  bool any = remove_file(folder_ / "space");
  for (int i = 0; i < kInodes; ++i) any |= remove_file(inode_path(folder_, i));
  return any;
}

}  // namespace tenure::storage
