// What a disk may hold after the power went: from the log of a run's file operations (shim.h), at any moment of it, with
// whatever was not yet synced kept, lost or torn at will. The model is of files, not of blocks: a synced file keeps all
// bytes written before its sync; bytes not yet synced may each be there or not, writes being cut at 512 bytes; names are
// kept in the order they were made within one folder, as far as the last sync of it, and any number of those after it.
// It promises less than ext4 and xfs give: what holds here needs no particular journal.
#pragma once
#include <iosfwd>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/file.h"

namespace tenure::faults {

class DiskHistory {
 public:
  // Of a run that began with an empty folder.
  explicit DiskHistory(const Path& log);
  std::size_t operations() const { return events_.size(); }
  // The moments just before something is synced or acknowledged: where most is open.
  std::vector<std::size_t> turning_points() const;
  // How the unsynced is treated.
  enum class Loss { all, none, random, one };
  // Writes a possible state at the moment before `operation` into `folder`; returns the acknowledgements before it.
  std::string state_at(std::size_t operation, Loss loss, std::mt19937_64& random, const Path& folder) const;

 private:
  struct Event {
    char what = 0;             // of a file's content: W write, T truncate, S sync; A an acknowledgement; N a name
    std::uint64_t inode = 0, offset = 0;
    std::string text;          // of an acknowledgement
    Blob bytes;
  };
  struct NameChange {          // in one folder: one name goes, one comes, or both
    std::size_t at = 0;
    std::string gone, made;
    std::uint64_t inode = 0;   // of the one made
  };
  struct Folder {
    std::vector<NameChange> changes;
    std::vector<std::size_t> syncs;
  };
  using Names = std::map<std::string, std::uint64_t>;
  struct Choice;
  std::uint64_t number_in(std::istream& fields) const;
  void read(std::istream& in, const std::string& line, std::map<std::string, std::uint64_t>& live);
  void change(const std::string& gone, const std::string& made, std::uint64_t inode);
  Names names_in(std::uint64_t folder, Choice& choice) const;
  Blob content_of(std::uint64_t inode, Choice& choice) const;
  void write_folder(std::uint64_t inode, const Path& to, Choice& choice) const;
  std::vector<Event> events_;
  std::map<std::uint64_t, std::vector<std::size_t>> of_file_;  // by inode: its events
  std::map<std::uint64_t, Folder> folders_;                    // by inode
  std::map<std::string, std::uint64_t> folder_at_;             // by path
  // By the disk's inode, ours: a disk gives the inode of a file that is gone to the next one.
  std::map<std::uint64_t, std::uint64_t> number_of_;
  std::uint64_t last_number_ = 0;
  std::uint64_t root_ = 0;
};

}  // namespace tenure::faults
