// A new catalogue from what lies outside the old one (I20): sealed files and key slots, hold files, policy file,
// tombstone file, and the ledger's files. Made beside the old one, which is moved aside, never overwritten; alone,
// before anything else of storage is opened, so that nothing is swept before it is whole. What was erased stays erased
// (I15).
#pragma once
#include <functional>

#include "base/clock.h"
#include "config/settings.h"

namespace tenure::storage {

struct RebuildReport {
  std::uint64_t segments = 0, calls = 0, bytes = 0, holds = 0;
  std::uint64_t ledger_entries = 0, tombstones = 0, backups = 0, gaps = 0;
  std::uint64_t erasures = 0;            // orders, with their certificates
  std::uint64_t finished_deletions = 0;  // files whose key was erased already
  std::uint64_t lost = 0;             // recordings that were known to be lost, and are still
  std::uint64_t left = 0;             // files that could not be taken: the next start and the walk look at them again
  std::vector<Path> unreadable;       // of those, what the disk or its owner does not give
  std::uint64_t duplicates = 0;       // second copies of a call that was kept, quarantined
  std::string aside;                  // where the old catalogue lies now; empty when there was none
  std::vector<std::string> problems;  // for a person to look at
};

// Something was kept here, and its catalogue is gone.
bool catalogue_is_missing(const Path& state);

// `progress` is called now and then with the number of files looked at. Throws Error{refused} when the catalogue that
// is there is sound, a vault is off line, a hold file cannot be read, or the disk does not give what it cannot do without
// (needed.h): the old catalogue is as it was. A recording that cannot be read stays and is told.
RebuildReport rebuild_catalogue(const config::Settings& settings, const Clock& clock,
                                const std::function<void(std::uint64_t files)>& progress = {});

}  // namespace tenure::storage
