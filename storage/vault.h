// The directories that hold sealed files: <class>/<source>/<yyyy>/<mm>/<dd>/<hh>/<segment-id>.seg, UTC. Each has an
// identity file; a directory whose identity does not match is off line and nothing in it is touched (I19). Any thread.
#pragma once
#include <map>
#include <memory>

#include "base/file.h"
#include "config/settings.h"
#include "storage/types.h"

namespace tenure::storage {

class Vaults {
 public:
  // Makes the identity file of a vault seen for the first time (an empty or missing folder).
  Vaults(const std::vector<config::Vault>& settings, bool trial);
  // The vault new segments of a class go to. Throws Error{unavailable} when it is off line.
  std::string choose(const std::string& cls) const;
  bool online(const std::string& vault) const;
  Path path_of(const std::string& vault, const std::string& cls, const std::string& source, Instant start, const SegmentId& id) const;
  Path path_of(const SegmentRow& row) const { return path_of(row.vault, row.cls, row.source, row.span.from, row.id); }
  // Creates folders as needed (each synced) and the file.
  File create(const std::string& vault, const std::string& cls, const std::string& source, Instant start, const SegmentId& id) const;
  std::vector<std::string> names() const;
  Path root(const std::string& vault) const;
  std::uint64_t free_bytes(const std::string& vault) const;

 private:
  struct Entry { Path root; std::vector<std::string> classes; bool online = false; std::string why; };
  std::map<std::string, Entry> entries_;
};

}  // namespace tenure::storage
