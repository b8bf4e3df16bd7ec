// Keys that no recording has: a restore from a backup of the data that is older than the keys' leaves them, or a crash
// between a key and its file. Nothing would ever end them, and a copy of such a recording elsewhere could be opened for
// ever (I15). They are erased, with an entry in the ledger before, when for a day no row, and no file in any vault, its
// quarantine, the state folder or a backup of the data has claimed them. In doubt they stay: when one of these places
// is not there or cannot be read. Called from the scrub's thread only.
#pragma once
#include <set>

#include "storage/recovery/orphans.h"

namespace tenure::storage {

class StrayKeys {
 public:
  // Only slots that are in use now are ever erased: none of these is given away again before the next start, so that
  // nothing that this process records or imports can be meant.
  StrayKeys(const OrphanParts& parts, Path state);
  // After a full walk. One small piece of a look through everything; false when it is over. A look that throws begins
  // anew.
  bool step();

 private:
  bool begin();
  void find_without_row();
  void list_places();
  std::string why_not_all_there() const;
  bool look_at_names();
  std::string look_into(const Path& folder);
  std::string look_at(const Path& file);
  bool claims(std::uint64_t slot, const SegmentId& id) const;
  void keep(std::uint64_t slot, const Path& file);
  void settle();
  void leave(const std::string& why);
  void end_look();

  const OrphanParts parts_;
  const Path state_;
  const std::vector<bool> at_start_;
  bool looking_ = false;
  std::set<std::uint64_t> left_;  // not claimed so far
  std::vector<Path> backups_;     // of the data
  std::set<Path> places_;
  std::vector<Path> folders_;  // to look into; the next one last
  std::size_t names_ = 0;
  std::string told_;
  std::set<std::uint64_t> kept_;  // for what lies in a backup only: told once
};

}  // namespace tenure::storage
