// Instants are UTC with microseconds; durations are microseconds. Any thread.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tenure {

using Duration = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Duration>;
using Seconds = std::chrono::seconds;
using Millis = std::chrono::milliseconds;

inline Instant instant_from_micros(std::int64_t micros) { return Instant(Duration(micros)); }
inline std::int64_t micros_of(Instant at) { return at.time_since_epoch().count(); }

// RFC 3339 in UTC: `2026-03-02T14:05:00Z`, with six decimals only when they are not zero.
std::string to_rfc3339(Instant at);
// RFC 3339 with an offset or Z, between the years 1970 and 2200. Nothing when it is not one.
std::optional<Instant> parse_rfc3339(std::string_view text);
// `1h 2m`, `14.2s`, `350ms`: for people.
std::string to_text(Duration duration);

// A local wall-clock time, `2026-03-02 14:05[:06]`, in an IANA zone.
struct LocalTime {
  Instant first;           // the instant, or the earlier of two
  bool ambiguous = false;  // the hour that occurs twice when clocks go back
  Instant second;          // the later of two; equal to first otherwise
};
// Nothing when the text is no local time, does not exist in that zone (clocks went forward), or the zone is unknown.
std::optional<LocalTime> parse_local(std::string_view text, std::string_view zone);
bool is_known_zone(std::string_view zone);

// What a person types: RFC 3339, or local time in `zone`. Throws Error{usage} naming `field` and the value; an
// ambiguous local time is refused with both instants named.
Instant parse_user_time(std::string_view field, std::string_view text, std::string_view zone = "Europe/London");

}  // namespace tenure
