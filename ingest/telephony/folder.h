// The watched folder, reached through descriptors only: no symbolic link is followed below its root, so nobody who may
// write into it can point us elsewhere. One thread at a time.
#pragma once
#include <functional>

#include "base/file.h"

namespace tenure::ingest {

struct FileStamp {          // which bytes a name stood for when we looked
  std::uint64_t size = 0, device = 0, inode = 0;
  std::int64_t mtime_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

class Folder {
 public:
  static constexpr int kDeepest = 6;
  explicit Folder(Path root) : root_(std::move(root)) {}

  // Calls `found(relative path, stamp)` for every regular file and `refused(relative path, why)` for what cannot be
  // taken. Hidden names are passed over. Throws Error{unavailable} when the folder itself cannot be read.
  using Found = std::function<void(const std::string&, const FileStamp&)>;
  using Refused = std::function<void(const std::string&, const std::string&)>;
  // `entered` is told each folder, "" first, before it is read: where a watch belongs.
  using Entered = std::function<void(const std::string&)>;
  void walk(const Found& found, const Refused& refused, const Entered& entered) const;

  std::optional<FileStamp> stamp(const std::string& relative) const;  // nothing when it is no regular file (any more)
  File open(const std::string& relative) const;                       // reading; throws Error{unavailable}
  // Removes the name if it still stands for `expected`; false when it does not or may not be removed.
  bool remove(const std::string& relative, const FileStamp& expected) const;
  const Path& root() const { return root_; }

 private:
  File parent_of(const std::string& relative, std::string& name) const;
  Path root_;
};

FileStamp stamp_of(const File& file);

}  // namespace tenure::ingest
