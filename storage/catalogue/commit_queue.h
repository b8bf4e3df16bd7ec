// Rows on their way to the catalogue. The `index` thread commits them in order and retries with a back-off, so that a
// slow, full or broken catalogue never stops the recording (I14): finished segments stay queued, and what is still
// queued at a stop is found by recovery. Without a catalogue rows are only counted and gaps kept. Any thread may add.
#pragma once
#include <functional>

#include "base/synchronized.h"
#include "base/worker_thread.h"
#include "storage/catalogue/catalogue.h"

namespace tenure::storage {

class CommitQueue {
 public:
  explicit CommitQueue(Catalogue* catalogue);
  ~CommitQueue();  // stop()
  void reserve(SegmentRow row);                // tried once: so that holds see what is being recorded
  void drop(const SegmentId& id);              // until it succeeds: an order to erase would wait for it
  void commit(SegmentRow row);                 // until it succeeds
  void gap(Gap gap);                           // until it succeeds
  void flush();                                // Error{unavailable} when something could not be committed
  void stop();
  std::uint64_t waiting() const;
  std::vector<Gap> kept_gaps() const;          // without a catalogue: the first of them

 private:
  struct Job {
    std::string what;
    std::function<void(Catalogue&)> act;
    bool retried = true;
  };
  struct Waiting {
    std::deque<Job> jobs;
    std::uint64_t rows = 0;  // without a catalogue: files that recovery adopts
    std::vector<Gap> gaps;
    Duration back_off{};
    std::chrono::steady_clock::time_point not_before{};
  };
  void add(Job job);
  void work(bool now);
  bool attempt(const Job& job);

  Catalogue* catalogue_;
  mutable Synchronized<Waiting> waiting_;
  WorkerThread thread_;
};

}  // namespace tenure::storage
