#include "base/time.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tenure {
namespace {

TEST(Time, Rfc3339ComesBackAsItWent) {
  for (const char* text : {"2026-03-02T14:05:00Z", "2026-03-02T14:05:00.000001Z", "1970-01-01T00:00:00Z"})
    EXPECT_EQ(to_rfc3339(parse_rfc3339(text).value()), text);
  EXPECT_EQ(to_rfc3339(parse_rfc3339("2026-07-02T14:05:00+01:00").value()), "2026-07-02T13:05:00Z");
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2026-03-02", "2026-03-02T14:05", "2026-13-02T14:05:00Z", "2026-02-30T14:05:00Z", "2026-03-02T14:05:00",
                           "2026-03-02T14:05:00Zx", "2026-03-02T25:05:00Z", "9999-03-02T14:05:00Z", "2585-03-02T10:12:0-+01:00", "2026-03-02T14:05:00+1:00", "2026-03-02T14:05:00.Z", "1969-12-31T23:59:59Z"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Time, TheHourThatHappensTwiceIsTwoInstants) {
  const auto local = parse_local("2025-10-26 01:30", "Europe/London").value();
  EXPECT_TRUE(local.ambiguous);
  EXPECT_EQ(to_rfc3339(local.first), "2025-10-26T00:30:00Z");
  EXPECT_EQ(to_rfc3339(local.second), "2025-10-26T01:30:00Z");
}

TEST(Time, TheHourThatDoesNotHappenIsRefused) { EXPECT_FALSE(parse_local("2026-03-29 01:30", "Europe/London")); }

TEST(Time, WhatAPersonTypesIsLocalTime) {
  EXPECT_EQ(to_rfc3339(parse_user_time("from", "2026-07-02 14:05")), "2026-07-02T13:05:00Z");
  EXPECT_EQ(to_rfc3339(parse_user_time("from", "2026-01-02 14:05:30")), "2026-01-02T14:05:30Z");
}

TEST(Time, ABadTimeNamesItsFieldAndValue) {
  try {
    parse_user_time("--from", "yesterday");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(error.message().find("--from"), std::string::npos);
    EXPECT_NE(error.message().find("yesterday"), std::string::npos);
  }
}

TEST(Time, AnAmbiguousTimeIsRefusedWithBothInstants) {
  try {
    parse_user_time("--from", "2025-10-26 01:30");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("2025-10-26T00:30:00Z"), std::string::npos);
    EXPECT_NE(error.message().find("2025-10-26T01:30:00Z"), std::string::npos);
  }
}

}  // namespace
}  // namespace tenure
