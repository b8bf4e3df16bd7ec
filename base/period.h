// A retention period: ISO 8601, calendar parts and clock parts. Added to an instant in UTC; years and months first, a day
// that does not exist becomes the last of its month (29 February + P1Y is 28 February), then weeks, days and time.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tenure {

struct Period {
  int years = 0, months = 0, days = 0;
  Duration time{};
  bool operator==(const Period&) const = default;
};

// `P28D`, `P3Y`, `P4W`, `PT1M`, `P1Y6M`. Nothing when it is not one, is zero, negative or over 100 years.
std::optional<Period> parse_period(std::string_view text);
std::string to_string(const Period& period);
Instant add(Instant at, const Period& period);
// The shortest span the period can mean (a month as 28 days, a year as 365): for comparing periods.
Duration shortest(const Period& period);

}  // namespace tenure
