// What a small practice does, an act each; what fails is left to be tried again, as in the daemon. Each acknowledgement is
// promised (practice.h). One thread.
#pragma once
#include <functional>
#include <set>

#include "base/synchronized.h"
#include "tests/faults/practice.h"

namespace tenure::faults {

// Such a call is three years old 25 days after kBegin.
extern const Instant kOldCall;

// False when it threw; why goes to the standard error.
bool attempt(const char* what, const std::function<void()>& step);

class Work {
 public:
  Work(const Path& folder, Instant now);

  void record(const std::string& source, Instant from, bool sync_early = false);
  void import(Instant start, int number);
  void import_wrong();
  void hold(const std::string& source, Interval span, int number);
  void release(std::size_t which);
  void extend();
  void advance(Duration by);
  void sweep();
  void make_room();
  void publish();
  void rotate();
  void read_out();
  void erase(Interval span);
  void shorten(const char* period, int days_kept);
  bool back_up_data();
  bool back_up_keys();
  void look_after_backups();
  void walk();
  void accept_rollback();
  Instant now() const { return shop_.clock.now(); }
  bool with_keys = false;  // the promises tell them

 private:
  void promise_segment(const std::string& what, const storage::SegmentRow& row, int number);
  Synchronized<std::set<std::string>> failed_;  // outlives the recorder, which calls back until it has stopped
  Shop shop_;
  storage::Storage& storage_;
};

}  // namespace tenure::faults
