// The `time` thread: watches what trusted time rests on, lets found time take effect (first everything stamped meanwhile
// is moved and the ledger has it, then the clock steps: I12, I13), and saves the mark when something changed. Any thread
// may ask, confirm and lower.
#pragma once
#include <mutex>

#include "base/worker_thread.h"
#include "storage/recording/restamp.h"
#include "storage/storage.h"

namespace tenure::daemon {

struct TimeStatus {
  TimeState state;
  TrustedTime time;
  ClockReadings readings;
};

class TimeKeeping {
 public:
  TimeKeeping(SystemClock& clock, storage::Catalogue& catalogue);
  ~TimeKeeping();  // stop()
  // Before anything is recorded: takes what the ledger proves, settles what can be settled at once, saves the mark.
  void start();
  void stop();
  TimeStatus status() const;
  // Throws Error{refused} saying what else to do.
  storage::RestampReport confirm(Instant right, const storage::Actor& actor, const std::string& reason);
  storage::RestampReport lower(Instant right, const storage::Actor& actor, const std::string& reason, const storage::ApprovedAct& approval);

 private:
  void look();
  storage::RestampReport settle(const TimeState& decided, storage::RestampOrder order);
  void tell(const TimeStatus& status);

  SystemClock& clock_;
  storage::Catalogue& catalogue_;
  mutable std::mutex mutex_;  // one settlement at a time
  std::optional<TimeReason> told_;
  std::optional<Instant> saved_line_;
  WorkerThread thread_;
};

// Why the interval is what it is, and what to do, in a person's words. Pure.
std::string time_in_words(const TimeStatus& status);
std::string_view name_of(TimeReason reason);

}  // namespace tenure::daemon
