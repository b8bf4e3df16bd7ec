// The directories that hold sealed files: <class>/<source>/<yyyy>/<mm>/<dd>/<hh>/<segment-id>.seg, UTC. Each has an
// identity file; a directory whose identity does not match is off line and nothing in it is touched (I19): asked anew
// each time, so that one which is unmounted later counts too. Any thread.
#pragma once
#include <map>
#include <memory>

#include "storage/types.h"
#include "storage/vault/vault_folder.h"

namespace tenure::storage {

class Vaults {
 public:
  using Ids = std::map<std::string, std::string>;
  // `known`: the ids of vaults seen before, by name. Only one never seen gets its folder and identity file made.
  Vaults(const std::vector<config::Vault>& settings, bool trial, const Ids& known = {});
  // The vault new segments of a class go to. Throws Error{unavailable} when it is off line.
  std::string choose(const std::string& cls) const;
  bool online(const std::string& vault) const { return off_line(vault).empty(); }
  std::string off_line(const std::string& vault) const;  // why; empty when it is on line
  Path path_of(const std::string& vault, const std::string& cls, const std::string& source, Instant start, const SegmentId& id) const;
  Path path_of(const SegmentRow& row) const { return path_of(row.vault, row.cls, row.source, row.filed_at.value_or(row.span.from), row.id); }
  // Creates folders as needed (each synced) and the file.
  File create(const std::string& vault, const std::string& cls, const std::string& source, Instant start, const SegmentId& id) const;
  // The folders that a deleted file leaves empty go with it.
  void drop_empty_folders(const SegmentRow& row) const;
  std::vector<std::string> names() const;
  Ids ids() const;  // of those seen so far: what the catalogue remembers
  Path root(const std::string& vault) const;
  std::uint64_t free_bytes(const std::string& vault) const;

 private:
  const VaultFolder& folder(const std::string& vault) const;
  std::map<std::string, std::unique_ptr<VaultFolder>> folders_;
};

}  // namespace tenure::storage
