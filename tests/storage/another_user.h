// As if root had put a file where the daemon of another user looks: to root itself every file is readable.
#pragma once
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "base/file.h"

namespace tenure::storage {

// While it lives this thread may read `all` below a folder, but not `file`.
class AnotherUser {
 public:
  AnotherUser(const Path& all, const Path& file) {
    if (::geteuid() != 0) {
      ::chmod(file.c_str(), 0);
      return;
    }
    for (const auto& item : boost::filesystem::recursive_directory_iterator(all))
      if (::lchown(item.path().c_str(), kNobody, kNobody) != 0) throw io_error("Cannot give away " + item.path().string());
    if (::lchown(all.c_str(), kNobody, kNobody) != 0 || ::lchown(file.c_str(), 0, 0) != 0) throw io_error("Cannot give away files");
    ::chmod(file.c_str(), 0600);
    ::setfsuid(kNobody);
  }
  ~AnotherUser() { ::setfsuid(::geteuid()); }
  AnotherUser(const AnotherUser&) = delete;
  AnotherUser& operator=(const AnotherUser&) = delete;

 private:
  static constexpr uid_t kNobody = 65'534;
};

}  // namespace tenure::storage
