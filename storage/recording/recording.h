// What the store thread does with the segments being recorded. The durable order of invariant I1 is visible in
// sync_all(): key slots, then files (their names were synced when they were made), then the row. All but counters() and
// on_failure() on the store thread.
#pragma once
#include <atomic>
#include <functional>
#include <utility>

#include "storage/catalogue/commit_queue.h"
#include "storage/keys/key_slots.h"
#include "storage/recording/recorder.h"
#include "storage/vault/vault.h"

namespace tenure::storage {

// One segment from its opening to its commit.
struct Recording {
  SegmentId id;
  std::string source, cls;
  Instant start;
  std::optional<Instant> line;       // of doubtful time, when it began in it
  std::uint32_t run = 0;
  std::atomic<bool> failed{false};  // also read by whoever appends; all below belongs to the store thread
  std::unique_ptr<SealedWriter> writer;
  SegmentRow row;
  std::optional<Interval> recorded;  // by its media fragments so far
  bool key_synced = false, changed = false, finished = false;
};

class RecordingShelf {
 public:
  using Guard = std::function<std::string(const std::string& vault, const std::string& source)>;
  using Failure = std::function<void(const std::string& source, const std::string& cause)>;
  RecordingShelf(Vaults& vaults, KeySlots& keys, CommitQueue& commits) : vaults_(vaults), keys_(keys), commits_(commits) {}
  void append(const std::shared_ptr<Recording>& recording, const Fragment& fragment);
  // Writes the footer; without a span, over what was recorded. The row follows after the next sync_all().
  void finish(const std::shared_ptr<Recording>& recording, std::optional<Interval> span, std::optional<Duration> clock_offset);
  void sync_all();
  void on_failure(Failure failure) { *failure_.lock() = std::move(failure); }
  void set_guard(Guard guard) { guard_ = std::move(guard); }
  RecorderCounters counters() const { return *counters_.lock(); }
  std::vector<SegmentRow> take_failed() { return std::exchange(*left_.lock(), {}); }  // any thread

 private:
  void begin(Recording& recording);
  void ask_guard(const std::string& vault, const std::string& source) const;
  void abandon(Recording& recording);
  void leave(Recording& recording);
  void fail(Recording& recording, const std::string& cause);
  void mark_changed(const std::shared_ptr<Recording>& recording);
  bool sync_keys();
  void sync_file(Recording& recording);
  void seal_footer(Recording& recording, Interval span, std::optional<Duration> clock_offset);

  Vaults& vaults_;
  KeySlots& keys_;
  CommitQueue& commits_;
  std::vector<std::shared_ptr<Recording>> changed_;  // since the last sync
  mutable Synchronized<RecorderCounters> counters_;
  Synchronized<Failure> failure_;
  Synchronized<std::vector<SegmentRow>> left_;
  Guard guard_;
};

}  // namespace tenure::storage
