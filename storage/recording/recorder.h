// Where cameras put their fragments. open(), append() and close() never block and may be called from any thread: the
// work (sealing, one write a fragment, one group sync each interval) happens on the `store` thread, the commits on the
// `index` thread, so that neither a slow disk nor a busy catalogue stops a camera's socket (I14).
#pragma once
#include <functional>
#include <memory>

#include "base/clock.h"
#include "storage/sealed/sealed_file.h"

namespace tenure::storage {

class Catalogue;
class KeySlots;
class Vaults;

struct RecorderCounters {
  std::uint64_t fragments = 0, bytes = 0, writes = 0, syncs = 0, segments = 0, refused = 0, queued = 0, failed = 0;
  std::uint64_t uncommitted = 0;  // rows that wait for the catalogue; `queued` counts bytes that wait for the disk
};

class Recorder {
 public:
  struct Options {
    Duration sync_interval = Seconds(2);
    std::size_t queue_bytes = 64 << 20;  // over it append() refuses
  };
  Recorder(Options options, const Clock& clock, Vaults& vaults, KeySlots& keys, Catalogue& catalogue);
  // While the catalogue is away: what is sealed gets no row, and is adopted as a file without one at the next start.
  Recorder(Options options, const Clock& clock, Vaults& vaults, KeySlots& keys);
  ~Recorder();  // stop()

  // Begins a segment of a camera. The id is valid at once.
  SegmentId open(const std::string& source, const std::string& cls, Instant start, std::uint32_t run);
  // False when the queue is over its bound or the segment has failed (disk full, I/O error): the caller drops the
  // fragment, ends its run and says so as a gap.
  [[nodiscard]] bool append(const SegmentId& id, Fragment fragment);
  // Ends it; it becomes live after the next group sync. `span.to` is the end of the last fragment.
  void close(const SegmentId& id, Interval span, std::optional<Duration> clock_offset);
  // Promised minutes that were not recorded, for the catalogue.
  void gap(const std::string& source, Interval span, const std::string& cause);
  // Asked on the store thread before each write: why `source` must not be written into `vault`; empty when it may.
  // Set before the first open().
  void set_guard(std::function<std::string(const std::string& vault, const std::string& source)> guard);
  // Called on the store thread whenever a segment of a source could not be kept.
  void on_failure(std::function<void(const std::string& source, const std::string& cause)> callback);
  RecorderCounters counters() const;
  // What could not be finished since this was asked last, and is not touched any more: file, key and perhaps a reservation
  // are there. Whoever asks settles it (recovery.h); what nobody asked for the next start does.
  std::vector<SegmentRow> take_failed();
  std::vector<Gap> kept_gaps() const;  // without a catalogue: for the one that comes back
  // Everything appended so far is durable, everything closed so far committed, when it returns. For tests and a clean
  // stop. Throws Error{unavailable} when the catalogue refuses; what is sealed stays queued.
  void flush();
  // Closes open segments as they are, flushes, joins its threads.
  void stop();

 private:
  void start();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tenure::storage
