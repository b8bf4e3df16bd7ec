#include "ingest/telephony/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "base/error.h"
#include "ingest/telephony/file_name.h"

namespace tenure::ingest {

namespace {
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

FileStamp stamp_from(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_size), static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

Error folder_error(const Path& root) {
  const Error cause = io_error("");
  return Error(ErrorKind::unavailable, "the folder " + root.string() + " cannot be read; make it, or give the daemon's user access", cause.cause());
}

class Walk {
 public:
  Walk(const Folder::Found& found, const Folder::Refused& refused, const Folder::Entered& entered)
      : found_(found), refused_(refused), entered_(entered) {}

  // Takes the descriptor of the folder `prefix` ("" or "a/b/").
  void enter(int descriptor, const std::string& prefix, int depth) {
    entered_(prefix.empty() ? prefix : prefix.substr(0, prefix.size() - 1));
    const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(descriptor));
    if (!directory) {
      ::close(descriptor);
      return refused_(prefix, "cannot be read");
    }
    while (const dirent* entry = ::readdir(directory.get())) visit(::dirfd(directory.get()), entry->d_name, prefix, depth);
  }

 private:
  void visit(int folder, const std::string& name, const std::string& prefix, int depth) {
    if (name[0] == '.') return;
    const std::string path = prefix + name;
    const std::string why = name_problem(name);
    if (!why.empty()) return refused_(path, why);
    struct stat status {};
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;  // gone again
    if (S_ISREG(status.st_mode)) return found_(path, stamp_from(status));
    if (S_ISLNK(status.st_mode)) return refused_(path, "is a symbolic link, which is not followed; put the file itself here");
    if (!S_ISDIR(status.st_mode)) return refused_(path, "is no ordinary file");
    if (depth >= Folder::kDeepest) return refused_(path, "lies deeper than six folders; it is not looked into");
    const int inner = ::openat(folder, name.c_str(), kFolderFlags | O_NOFOLLOW);
    if (inner < 0) return refused_(path, "cannot be read; give the daemon's user access to this folder");
    enter(inner, path + "/", depth + 1);
  }
  const Folder::Found& found_;
  const Folder::Refused& refused_;
  const Folder::Entered& entered_;
};
}  // namespace

FileStamp stamp_of(const File& file) {
  struct stat status {};
  if (::fstat(file.descriptor(), &status) != 0) throw io_error("cannot look at a recording");
  return stamp_from(status);
}

void Folder::walk(const Found& found, const Refused& refused, const Entered& entered) const {
  const int descriptor = ::open(root_.c_str(), kFolderFlags);
  if (descriptor < 0) throw folder_error(root_);
  Walk(found, refused, entered).enter(descriptor, "", 0);
}

// The folder that holds `relative`, each step taken without following links.
File Folder::parent_of(const std::string& relative, std::string& name) const {
  int descriptor = ::open(root_.c_str(), kFolderFlags);
  if (descriptor < 0) throw folder_error(root_);
  std::size_t from = 0;
  for (std::size_t slash; (slash = relative.find('/', from)) != std::string::npos; from = slash + 1) {
    const int next = ::openat(descriptor, relative.substr(from, slash - from).c_str(), kFolderFlags | O_NOFOLLOW);
    ::close(descriptor);
    if (next < 0) throw Error(ErrorKind::unavailable, "a folder of the recording cannot be read");
    descriptor = next;
  }
  name = relative.substr(from);
  return File(descriptor, root_ / relative.substr(0, from));
}

std::optional<FileStamp> Folder::stamp(const std::string& relative) const {
  std::string name;
  struct stat status {};
  try {
    const File parent = parent_of(relative, name);
    if (::fstatat(parent.descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
  return stamp_from(status);
}

File Folder::open(const std::string& relative) const {
  std::string name;
  const File parent = parent_of(relative, name);
  // Non-blocking: a FIFO put there a moment ago must not hold us up.
  const int descriptor = ::openat(parent.descriptor(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    const Error cause = io_error("");
    throw Error(ErrorKind::unavailable, "cannot be opened; give the daemon's user access to it", cause.cause());
  }
  File file(descriptor, root_ / relative);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) throw Error(ErrorKind::unavailable, "is no ordinary file");
  return file;
}

bool Folder::remove(const std::string& relative, const FileStamp& expected) const {
  std::string name;
  struct stat status {};
  const File parent = parent_of(relative, name);
  if (::fstatat(parent.descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
  if (stamp_from(status) != expected) return false;
  return ::unlinkat(parent.descriptor(), name.c_str(), 0) == 0;
}

}  // namespace tenure::ingest
