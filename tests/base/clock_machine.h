// A machine whose clocks tests move: the truth, what its clocks make of it, and what the keeper knows. After every step
// the invariant itself is looked at: the ends are in order, neither goes back but by those who may.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/trusted_time.h"

namespace tenure {

struct Machine {
  Instant truth{std::chrono::sys_days(std::chrono::year(2026) / 11 / 2) + std::chrono::hours(9)};
  Duration wall_error{};                // the machine's clock minus the truth
  std::optional<Duration> rtc_error;    // of the battery clock; none: the machine has none
  bool synchronised = false, running = false, lying = false;  // lying: network time itself is wrong
  Duration boottime{};
  int boots = 0;
  TimeState state;
  std::optional<ClockMark> mark;
  bool kept = false;
  std::string refused;                  // what a person was told last
  std::optional<Settlement> settled;    // the last one

  ClockReadings readings() const;
  TrustedTime time() const { return time_of(state, boottime); }
  void look();                          // at the clocks: a reading of trusted time
  void start();                         // the daemon starts on what the mark says
  void forget() { mark.reset(); last_.reset(); }
  void settle();                        // what is due, after the footage has been moved
 private:
  std::optional<TrustedTime> last_;
  bool lowered_ = false;
};

using Step = std::function<void(Machine&)>;
Step boot(Duration wall_error = {});                 // the machine starts, its clock so far off, and the daemon with it
Step pass(Duration time);                            // looked at every five minutes, marks saved
Step sleep_for(Duration time);                       // suspended: counted by boot time, looked at after
Step power_off(Duration time);                       // everything stops; the mark was saved last
Step set_clock(Duration wall_error);                 // somebody or something moves the machine's clock
Step synchronise();                                  // network time takes the clock to the truth
Step synchronise_to(Duration wall_error);            // network time that lies
Step unsynchronise();
Step battery(std::optional<Duration> error);
Step restart_daemon();                               // same boot
Step confirm(Duration error = {});                   // a person names the truth, so far off
Step lower(Duration error = {});
Step lose_mark();
Step change_mark(std::function<void(ClockMark&)> change);

struct ClockCase {
  std::string name;
  std::vector<Step> story;
  Duration lo_error, hi_error;          // of the ends against the truth, to the second
  TimeReason reason;
  bool doubtful = false;                // what is recorded now is flagged
  bool refused = false;
};
std::vector<ClockCase> step_cases();
std::vector<ClockCase> boot_cases();
std::vector<ClockCase> mark_cases();
std::vector<ClockCase> person_cases();
std::vector<ClockCase> calendar_cases();

}  // namespace tenure
