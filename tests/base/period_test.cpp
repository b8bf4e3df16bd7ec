#include "base/period.h"

#include <gtest/gtest.h>

namespace tenure {
namespace {

Instant at(const char* text) { return parse_rfc3339(text).value(); }
std::string plus(const char* start, const char* period) { return to_rfc3339(add(at(start), parse_period(period).value())); }

TEST(Period, ReadsWhatAPrivacyNoticeSays) {
  EXPECT_EQ(parse_period("P28D")->days, 28);
  EXPECT_EQ(parse_period("P3Y")->years, 3);
  EXPECT_EQ(parse_period("P4W")->days, 28);
  EXPECT_EQ(parse_period("PT1M")->time, Duration(std::chrono::minutes(1)));
  EXPECT_EQ(to_string(*parse_period("P1Y6M2DT3H4M5S")), "P1Y6M2DT3H4M5S");
}

TEST(Period, RefusesZeroNegativeEmptyAndNonsense) {
  for (const char* text : {"", "P", "PT", "P0D", "P-1D", "28", "28D", "P28", "P1D1Y", "PT1D", "P1DT", "P999Y", "P1.5D", "p28d", "P28D ", "PTT1M"})
    EXPECT_FALSE(parse_period(text)) << text;
}

TEST(Period, TwentyNinthOfFebruaryExpiresOnTheTwentyEighth) {
  EXPECT_EQ(plus("2024-02-29T10:00:00Z", "P3Y"), "2027-02-28T10:00:00Z");
  EXPECT_EQ(plus("2024-02-29T10:00:00Z", "P4Y"), "2028-02-29T10:00:00Z");
  EXPECT_EQ(plus("2026-01-31T00:00:00Z", "P1M"), "2026-02-28T00:00:00Z");
}

TEST(Period, TwentyEightDaysAreCountedInUtcAcrossAClockChange) {
  EXPECT_EQ(plus("2026-03-15T12:00:00Z", "P28D"), "2026-04-12T12:00:00Z");
}

TEST(Period, EveryDayOfFourYearsExpiresAfterThreeYearsAndNeverAMonthOff) {
  for (int day = 0; day < 1461; ++day) {
    const Instant start = at("2024-01-01T12:00:00Z") + std::chrono::days(day);
    const auto length = add(start, *parse_period("P3Y")) - start;
    EXPECT_GE(length, Duration(std::chrono::days(1095)));
    EXPECT_LE(length, Duration(std::chrono::days(1096)));
  }
}

}  // namespace
}  // namespace tenure
