// A whole tiny practice in a temporary folder: catalogue, keys, vault, holds, calls, sweeper, on a clock that tests move.
#pragma once
#include <gtest/gtest.h>

#include <boost/filesystem/operations.hpp>
#include <functional>

#include "base/error.h"
#include "storage/calls/call_store.h"
#include "storage/holds/holds.h"
#include "storage/recovery/recovery.h"
#include "storage/sealed/sealed_file.h"
#include "storage/sweep/sweeper.h"

namespace tenure::storage {

// Gone, with all in it, when it goes. In memory when the machine has /dev/shm: the promises are the same, the syncs free.
struct TemporaryFolder {
  TemporaryFolder();
  ~TemporaryFolder();
  Path path;
};

// The long-lived parts; a restart makes them anew on the same folder.
struct Parts {
  Parts(const Path& folder, Clock& clock);
  Catalogue catalogue;
  KeySlots keys;
  Vaults vaults;
  CallStore calls;
  Holds holds;
  Eraser eraser;
  Sweeper sweeper;
};

class Practice {
 public:
  explicit Practice(Instant start);
  // A real sealed file of a few bytes, committed.
  SegmentRow record(const std::string& camera, Interval span, std::size_t bytes = 4);
  // The same without a file: for the many.
  SegmentRow record_row(const std::string& camera, Interval span);
  // Minutes one after another, in one transaction.
  void record_many(const std::string& camera, Instant from, int minutes);
  SegmentRow reserve(const std::string& camera, Interval span, bool with_fragment = true, std::size_t bytes = 4);
  ImportOutcome import(const CallDetails& details, const std::string& audio, std::optional<Digest> expected = {});
  HoldRequest request(std::vector<HoldSpan> spans) const;
  bool exists(const SegmentId& id) const;
  bool file_exists(const SegmentRow& row) const { return boost::filesystem::exists(parts->vaults.path_of(row)); }
  void restart() { parts.reset(); parts = std::make_unique<Parts>(folder.path, clock); }
  RecoveryReport recover();

  TemporaryFolder folder;
  SimulatedClock clock;
  std::unique_ptr<Parts> parts;
  const Actor manager{"manager"};
};

Instant at(const std::string& rfc3339);
CallDetails call_at(Instant start, const std::string& number, const std::string& native_id);
// The kind and text of the Error that `body` throws.
std::string error_of(const std::function<void()>& body);

}  // namespace tenure::storage
