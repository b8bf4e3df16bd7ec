// The time in which the daemon was down, for each camera a gap like any other: told at the start, before the cameras
// are. One thread, alone.
#pragma once
#include "base/file.h"
#include "base/trusted_time.h"
#include "config/settings.h"
#include "storage/types.h"

namespace tenure {
class Clock;
}

namespace tenure::storage {

class Catalogue;
namespace sqlite {
class Connection;
}

inline constexpr const char* kNotRunning = "tenured was not running";
inline constexpr const char* kRestored = "not recorded, or lost with what a restore replaced";
inline constexpr const char* kStartingAgain = "tenured was starting again, having only recorded before";

// A start after which the daemon could only record (bare_recording.h): nobody could tell the catalogue then.
struct BareStart {
  TrustedTime time;
  std::optional<Instant> lived;  // lived_until() at that moment
  bool again = false;            // it had only recorded just before, too
};
// Kept in a file of the state folder until a whole start has told them. Throws nothing: what cannot be kept is logged.
void note_bare_start(const Path& state, const BareStart& start);
std::vector<BareStart> bare_starts(const Path& state);
void forget_bare_starts(const Path& state);

// How far a camera was accounted for when the daemon went down.
struct Accounted {
  Instant until;                  // the end of its last recording or gap
  std::optional<Instant> line{};  // on which that was stamped (I12)
};

// The gap of a camera that was accounted for up to `last`, when the daemon lived until `lived` and starts at `start`:
// none when there is nothing to tell. A camera that was not followed for a while before the daemon went down has no
// gap for that while. Begun on a doubtful line, it is there however short it is by what is certain, to be drawn out to
// the right time when that is settled. Pure.
std::optional<Interval> downtime(const Accounted& last, Instant lived, const TrustedTime& start);

// Until when the daemon lived, by its clock's mark; to be asked before that is saved again. Nothing when it cannot tell.
std::optional<Instant> lived_until(const std::string& mark_file);

// For each of `cameras` that has recordings or gaps: the time before each of the `bare` starts, and before this one.
// `marked` is lived_until(); `again`: this process has only recorded until now. Throws nothing: what cannot be written is
// logged, and recording starts all the same (I14).
void tell_downtime(Catalogue& catalogue, const Clock& clock, const std::vector<config::Camera>& cameras,
                   const std::optional<Instant>& marked, const std::vector<BareStart>& bare = {}, bool again = false);

// Inside restamp(): such gaps that began before the line and end on it stay where they begin, and reach to where the
// first recording comes to lie. Taken out before anything moves, put back afterwards.
std::vector<Gap> take_downtimes(sqlite::Connection& db, Instant line);
void put_back_downtimes(sqlite::Connection& db, const std::vector<Gap>& taken, Instant line, Duration offset);

}  // namespace tenure::storage
