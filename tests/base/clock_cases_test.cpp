#include "tests/base/clock_machine.h"
#include "tests/support/figures.h"

namespace tenure {
namespace {

std::vector<ClockCase> all_cases() {
  std::vector<ClockCase> all;
  for (const auto& some : {step_cases(), boot_cases(), mark_cases(), person_cases(), calendar_cases()}) all.insert(all.end(), some.begin(), some.end());
  return all;
}

class I12Cases : public testing::TestWithParam<ClockCase> {};

TEST_P(I12Cases, WhatMayBeBelieved) {
  const auto& wanted = GetParam();
  Machine machine;
  for (const auto& step : wanted.story) step(machine);
  machine.look();
  const auto time = machine.time();
  const auto seconds = [](Duration error) { return std::chrono::round<Seconds>(error).count(); };
  EXPECT_EQ(seconds(time.lo - machine.truth), seconds(wanted.lo_error)) << "the early end";
  EXPECT_EQ(seconds(time.hi - machine.truth), seconds(wanted.hi_error)) << "the late end";
  EXPECT_EQ(machine.state.reason, wanted.reason);
  EXPECT_EQ(time.line.has_value(), wanted.doubtful);
  EXPECT_EQ(!machine.refused.empty(), wanted.refused) << machine.refused;
}

INSTANTIATE_TEST_SUITE_P(Clock, I12Cases, testing::ValuesIn(all_cases()), [](const auto& one) { return one.param.name; });

TEST(I12, AtLeastSixtyClockCasesAreTried) {
  EXPECT_GE(all_cases().size(), 60u);
  tests::Figure("clock cases").write(all_cases().size(), 0, "each is a test of its own");
}

}  // namespace
}  // namespace tenure
