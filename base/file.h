// Plain files with explicit durability. Every failure throws Error{io} naming the path. One thread per File at a time.
#pragma once
#include <boost/filesystem/path.hpp>

#include "base/bytes.h"

namespace tenure {

using Path = boost::filesystem::path;

class File {
 public:
  enum class Mode { read, read_write, create };  // create: must not exist, 0600, read and write
  File() = default;
  File(const Path& path, Mode mode);
  File(int descriptor, Path path) : descriptor_(descriptor), path_(std::move(path)) {}  // takes ownership
  // A file without a name in `folder`: it cannot outlive this process. 0600.
  static File unnamed(const Path& folder);
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;

  void write_at(std::uint64_t offset, View bytes);
  // Exactly `out.size()` bytes, or throws Error{corrupt} at an early end.
  void read_at(std::uint64_t offset, std::span<std::uint8_t> out) const;
  // As many bytes as there are, up to out.size().
  std::size_t read_some_at(std::uint64_t offset, std::span<std::uint8_t> out) const;
  std::uint64_t size() const;
  void truncate(std::uint64_t size);
  void preallocate(std::uint64_t size);
  void sync_data();  // fdatasync
  void sync();       // fsync
  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  const Path& path() const { return path_; }
  void close();

 private:
  int descriptor_ = -1;
  Path path_;
};

void sync_directory(const Path& folder);
// True when the file was there; its directory is not synced.
bool remove_file(const Path& path);
// Creates missing folders, 0700, each synced into its parent.
void make_directories(const Path& folder);
// Whole small file; throws Error{io}, or Error{refused} when it is over `limit` bytes.
Blob read_whole(const Path& path, std::size_t limit = 1 << 20);
// Durable replacement: writes beside it, syncs, renames, syncs the folder. 0600.
void write_durably(const Path& path, View bytes);

}  // namespace tenure
