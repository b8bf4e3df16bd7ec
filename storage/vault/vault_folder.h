// One vault's directory. Whether it is the right one is asked anew each time: a disk that is unmounted or exchanged while
// the daemon runs takes its vault off line, and it comes back by itself (I19). Any thread.
#pragma once
#include <mutex>
#include <optional>

#include "base/file.h"
#include "base/synchronized.h"
#include "config/settings.h"

namespace tenure::storage {

class VaultFolder {
 public:
  // `known`: the id the catalogue remembers, empty when it only knows that there was one. Only a vault never seen before
  // gets its folder and identity file made. Throws Error{refused} when a trial is asked of a vault not made for one.
  VaultFolder(config::Vault vault, bool trial, const std::optional<std::string>& known);
  // Empty, or why it is off line at this moment. A change is logged.
  std::string off_line() const;
  // Makes a file below the root, and the folders above it, each synced, inside the very directory whose identity was
  // looked at: never in what lies beneath an unmounted disk. Throws Error{unavailable} when it is off line.
  File create(const Path& inside) const;
  // Removes the folder of `inside` and those above it, as long as they are empty: a folder an hour and camera would pile
  // up for ever.
  void drop_empty(const Path& inside) const;
  const Path& root() const { return vault_.path; }
  const std::string& id() const { return id_; }  // empty while it was never seen
  bool takes(const std::string& cls) const;

 private:
  void make_first(bool trial) const;
  File open(std::string& why) const;
  void note(const std::string& why) const;
  config::Vault vault_;
  std::string id_;
  mutable Synchronized<std::string> why_;
  mutable std::mutex folders_;  // being made or dropped
};

}  // namespace tenure::storage
