// Trusted time (invariant I12) as decisions: from what was known and what the clocks show now to what is known next. Pure:
// no clock is read here. docs/design/time.md numbers the rules that the code quotes (T1 to T8).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tenure {

struct TrustedTime {
  Instant lo;  // it is certainly at least this late: what may be deleted is asked of it
  Instant hi;  // it is at most this late: what may be read is asked of it
  // Set while time is doubtful: the line on which things are stamped meanwhile, named by where it began.
  std::optional<Instant> line{};
  // For stamps: runs on without a jump while time is doubtful, and never ahead of the truth.
  Instant best() const { return lo; }
};

struct ClockReadings {
  Instant wall;                 // the machine's clock
  Duration boottime{};          // since the machine booted, sleep included; never steps
  std::string boot;             // which boot that is
  bool synchronised = false;    // the kernel says that network time holds the clock
  std::optional<Instant> rtc;   // the battery clock, where there is one
};

// What lies on the disk between runs: docs/design/time.md. Anything but a whole one is no mark.
struct ClockMark {
  Instant time, latest;         // both ends when it was saved
  std::string boot;
  Duration boottime{};
  Duration stepped{};
  std::optional<Instant> line, denied;
  bool first = false;
  bool operator==(const ClockMark&) const = default;
};
std::string to_text(const ClockMark& mark);
std::optional<ClockMark> parse_clock_mark(std::string_view text);

enum class TimeReason {
  agrees,         // what is counted and the machine's clock agree
  unconfirmed,    // they agree, and nothing has confirmed that clock since the first start
  restarted,      // the machine was off for a time that nobody has measured
  ahead,          // the machine's clock jumped ahead, or was ahead when the machine started
  behind,         // the machine's clock is behind what is certain
  mark_lost,      // what was known is lost
  settling,       // the right time is known; what was stamped meanwhile is being moved
};

// How a doubtful line ends: what was stamped on it moves by `offset`; `anchor` + boot time is the time from then on.
struct Settlement {
  enum class By { synchronisation, witness, person, two_persons };
  std::optional<Instant> line;  // none: time was lowered while it was not in doubt
  Duration offset{};
  Instant anchor;
  By by = By::synchronisation;
};

struct TimeState {
  std::string boot;
  Instant lo_anchor, hi_anchor;   // the ends at boot: + boot time gives them now
  Instant reached;                // lo never goes below it
  Duration stepped{};             // forward on synchronisation's word alone, since the last witness
  std::optional<Instant> line;    // doubtful since
  std::optional<Instant> rtc;     // the battery clock's line, from its first reading in this run
  std::optional<Instant> denied;  // the machine's clock as a person said it is wrong, at boot
  bool first = false;             // nothing kept is older than this line
  std::optional<Settlement> due;
  TimeReason reason = TimeReason::agrees;
  Duration apart{};               // the machine's clock minus what is counted
};

inline constexpr Duration kSynchronisedStep = std::chrono::hours(1);
inline constexpr Duration kNarrow = Seconds(2);                        // a wider interval is doubt
inline constexpr Duration kAgrees = std::chrono::minutes(5);           // two clocks, or a person and a clock
inline constexpr Duration kLongestAbsence = std::chrono::days(31);     // assumed when no clock says how long
inline constexpr Instant kEarliest{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
inline constexpr Instant kLatest{std::chrono::sys_days(std::chrono::year(2199) / 12 / 31)};

// `kept`: something may have been kept under an earlier mark, so a missing one is a loss and not a first start.
TimeState begin_time(const std::optional<ClockMark>& mark, bool kept, const ClockReadings& readings);
TimeState next_time(TimeState state, const ClockReadings& readings);
// What other records prove: it is at least this late.
TimeState at_least(TimeState state, Instant proven, Duration boottime);
// A person names the right time: due, until settled. Throws Error{refused} saying what else to do.
TimeState confirm_time(TimeState state, const ClockReadings& readings, Instant right);
// Two persons do, and it is before what was certain.
TimeState lower_time(TimeState state, const ClockReadings& readings, Instant right);
// What is due takes effect; only after all that was stamped on the line has been moved.
TimeState settle_time(TimeState state, const ClockReadings& readings);

TrustedTime time_of(const TimeState& state, Duration boottime);
ClockMark mark_of(const TimeState& state, Duration boottime);

}  // namespace tenure
