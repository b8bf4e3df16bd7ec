#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/filesystem/operations.hpp>
#include <cerrno>
#include <utility>

#include "base/error.h"

namespace tenure {

static int flags_of(File::Mode mode) {
  switch (mode) {
    case File::Mode::read: return O_RDONLY;
    case File::Mode::read_write: return O_RDWR;
    case File::Mode::create: return O_RDWR | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

File::File(const Path& path, Mode mode) : path_(path) {
  descriptor_ = ::open(path.c_str(), flags_of(mode) | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor_ < 0) throw io_error("Cannot open " + path.string());
}

File File::unnamed(const Path& folder) {
  const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor < 0) throw io_error("Cannot make a temporary file in " + folder.string());
  return {descriptor, folder / "(unnamed)"};
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

File::File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  if (this != &other) {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = std::exchange(other.descriptor_, -1);
    path_ = std::move(other.path_);
  }
  return *this;
}

void File::close() {
  if (descriptor_ >= 0 && ::close(std::exchange(descriptor_, -1)) != 0) throw io_error("Cannot close " + path_.string());
}

void File::write_at(std::uint64_t offset, View bytes) {
  while (!bytes.empty()) {
    const auto done = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw io_error("Cannot write " + path_.string());
    bytes = bytes.subspan(static_cast<std::size_t>(done));
    offset += static_cast<std::uint64_t>(done);
  }
}

std::size_t File::read_some_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
  std::size_t total = 0;
  while (total < out.size()) {
    const auto done = ::pread(descriptor_, out.data() + total, out.size() - total, static_cast<off_t>(offset + total));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw io_error("Cannot read " + path_.string());
    if (done == 0) break;
    total += static_cast<std::size_t>(done);
  }
  return total;
}

void File::read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
  if (read_some_at(offset, out) != out.size())
    throw Error(ErrorKind::corrupt, "The file " + path_.string() + " ends too early.");
}

std::uint64_t File::size() const {
  struct stat info {};
  if (::fstat(descriptor_, &info) != 0) throw io_error("Cannot inspect " + path_.string());
  return static_cast<std::uint64_t>(info.st_size);
}

void File::truncate(std::uint64_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) throw io_error("Cannot truncate " + path_.string());
}

void File::preallocate(std::uint64_t size) {
  const int code = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(size));
  if (code != 0) {
    errno = code;
    throw io_error("Cannot reserve space for " + path_.string());
  }
}

void File::sync_data() {
  if (::fdatasync(descriptor_) != 0) throw io_error("Cannot sync " + path_.string());
}

void File::sync() {
  if (::fsync(descriptor_) != 0) throw io_error("Cannot sync " + path_.string());
}

void sync_directory(const Path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw io_error("Cannot open the folder " + folder.string());
  File(descriptor, folder).sync();
}

bool remove_file(const Path& path) {
  if (::unlink(path.c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  throw io_error("Cannot remove " + path.string());
}

void make_directories(const Path& folder) {
  if (folder.empty() || boost::filesystem::is_directory(folder)) return;
  make_directories(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) != 0) {
    if (errno == EEXIST) return;
    throw io_error("Cannot make the folder " + folder.string());
  }
  sync_directory(folder.parent_path().empty() ? Path(".") : folder.parent_path());
}

Blob read_whole(const Path& path, std::size_t limit) {
  const File file(path, File::Mode::read);
  const auto size = file.size();
  if (size > limit) throw Error(ErrorKind::refused, path.string() + " is too large to be read whole.");
  Blob bytes(size);
  bytes.resize(file.read_some_at(0, bytes));
  return bytes;
}

void write_durably(const Path& path, View bytes) {
  Path beside = path;
  beside += ".new";
  remove_file(beside);
  File file(beside, File::Mode::create);
  file.write_at(0, bytes);
  file.sync();
  file.close();
  if (::rename(beside.c_str(), path.c_str()) != 0) throw io_error("Cannot replace " + path.string());
  sync_directory(path.parent_path().empty() ? Path(".") : path.parent_path());
}

}  // namespace tenure
