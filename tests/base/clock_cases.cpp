// The clock cases of invariant I12: what happens to the machine's clocks, and what may be believed after it.
#include "tests/base/clock_machine.h"

namespace tenure {

namespace {
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
constexpr Duration kYear = days(365);
constexpr Duration kTo1970 = -days(20759);  // of the day the cases begin on
constexpr Duration kNone{};
constexpr Duration kUp = Seconds(20);       // how long a machine has been up when the daemon looks first
const std::vector<Step> kGood{battery(kNone), boot(), synchronise(), pass(days(3))};
const std::vector<Step> kNoBattery{boot(), synchronise(), pass(days(3))};

std::vector<Step> after(std::vector<Step> first, std::vector<Step> then) {
  first.insert(first.end(), then.begin(), then.end());
  return first;
}
}  // namespace

// The clock moves while the machine is up: what has been counted since is certain, the rest is a claim.
std::vector<ClockCase> step_cases() {
  using enum TimeReason;
  const auto alone = after(kNoBattery, {unsynchronise()});
  return {
      {"NothingHappens", kGood, kNone, kNone, agrees},
      {"NothingHappensWithoutABatteryClock", kNoBattery, kNone, kNone, agrees},
      {"TheClockStepsOneSecondAhead", after(alone, {set_clock(Seconds(1))}), kNone, Seconds(1), agrees},
      {"TheClockJumpsThreeSecondsAhead", after(alone, {set_clock(Seconds(3))}), kNone, Seconds(3), ahead, true},
      {"TheClockJumpsNinetyMinutesAhead", after(alone, {set_clock(minutes(90)), pass(hours(1))}), kNone, minutes(90), ahead, true},
      {"TheClockJumpsAYearAhead", after(alone, {set_clock(kYear), pass(hours(1))}), kNone, kYear, ahead, true},
      {"TheClockJumpsAheadAndBack", after(alone, {set_clock(minutes(90)), set_clock(kNone)}), kNone, minutes(90), ahead, true},
      {"TheClockJumpsAheadAndNetworkTimePutsItRight", after(alone, {set_clock(kYear), pass(hours(1)), synchronise()}), kNone, kNone, agrees},
      {"TheClockIsSetBackAnHour", after(alone, {set_clock(-hours(1)), pass(hours(1))}), kNone, kNone, behind},
      {"TheClockIsSetBackAYear", after(alone, {set_clock(-kYear), pass(hours(1))}), kNone, kNone, behind},
      {"TheClockIsSetTo1970", after(alone, {set_clock(kTo1970), pass(hours(1))}), kNone, kNone, behind},
      {"NetworkTimeSteps59MinutesAhead", after(kNoBattery, {synchronise_to(minutes(59))}), minutes(59), minutes(59), agrees},
      {"NetworkTimeSteps61MinutesAhead", after(kNoBattery, {synchronise_to(minutes(61))}), kNone, minutes(61), ahead, true},
      {"NetworkTimeStepsAYearAhead", after(kNoBattery, {synchronise_to(kYear), pass(days(1))}), kNone, kYear, ahead, true},
      {"NetworkTimeStepsTenYearsAhead", after(kNoBattery, {synchronise_to(10 * kYear)}), kNone, 10 * kYear, ahead, true},
      {"NetworkTimeStepsAYearAheadAndTheBatteryClockDisagrees", after(kGood, {synchronise_to(kYear)}), kNone, kYear, ahead, true},
      {"NetworkTimeStepsAheadAndComesBack", after(kNoBattery, {synchronise_to(kYear), pass(hours(1)), synchronise()}), kNone, kNone, agrees},
      {"NetworkTimeSteps59MinutesBack", after(kNoBattery, {synchronise_to(-minutes(59))}), kNone, kNone, agrees},
      {"NetworkTimeSteps59MinutesBackAndTimeWaitsForIt", after(kNoBattery, {synchronise_to(-minutes(59)), pass(hours(2))}), -minutes(59), -minutes(59), agrees},
      {"NetworkTimeSteps61MinutesBack", after(kNoBattery, {synchronise_to(-minutes(61)), pass(hours(2))}), kNone, kNone, behind},
      {"NetworkTimeStepsAYearBack", after(kNoBattery, {synchronise_to(-kYear), pass(hours(2))}), kNone, kNone, behind},
      {"TwoStepsOf29MinutesAreWithinTheHour", after(kNoBattery, {synchronise_to(minutes(29)), synchronise_to(minutes(58))}), minutes(58), minutes(58), agrees},
      {"SmallStepsDoNotAddUpToMore", after(kNoBattery, {synchronise_to(minutes(20)), synchronise_to(minutes(40)), synchronise_to(minutes(60)), synchronise_to(minutes(80))}),
       minutes(60), minutes(80), ahead, true},
      {"SmallStepsDoNotAddUpOverRestarts", after(kNoBattery, {synchronise_to(minutes(50)), restart_daemon(), pass(hours(1)), synchronise_to(minutes(100))}),
       minutes(50), minutes(100), ahead, true},
      {"SmallStepsBothWaysDoNotAddUp", after(kNoBattery, {synchronise_to(minutes(50)), synchronise_to(kNone), pass(hours(2)), synchronise_to(minutes(50))}),
       kNone, minutes(50), ahead, true},
      {"AWitnessForgivesTheSteps", after(kGood, {synchronise_to(minutes(4)), synchronise(), pass(hours(1)), synchronise_to(minutes(4)), synchronise(), pass(hours(1))}), kNone, kNone, agrees},
      {"ALeapSecondIsInserted", after(kGood, {synchronise_to(-Seconds(1)), pass(minutes(1))}), -Seconds(1), -Seconds(1), agrees},
      {"ALeapSecondIsRemoved", after(kGood, {synchronise_to(Seconds(1)), pass(minutes(1))}), Seconds(1), Seconds(1), agrees},
      {"TheMachineSleepsForANight", after(kGood, {sleep_for(hours(9))}), kNone, kNone, agrees},
      {"TheMachineSleepsForAYear", after(kNoBattery, {unsynchronise(), sleep_for(kYear)}), kNone, kNone, agrees},
      {"TheMachineSleepsAndWakesWithAClockThatStoodStill", after(kNoBattery, {unsynchronise(), [](Machine& m) { m.wall_error = -hours(9); }, sleep_for(hours(9))}), kNone, kNone, behind},
      {"TheClockPassesTheYear2200", after(alone, {set_clock(days(365 * 200))}), kNone, kLatest - (Machine{}.truth + days(3)), ahead, true},
  };
}

// The machine starts anew: nobody has counted how long it was off.
std::vector<ClockCase> boot_cases() {
  using enum TimeReason;
  const auto off = [](Duration time, std::vector<Step> then, std::vector<Step> first = kGood) {
    first.push_back(power_off(time));
    return after(std::move(first), std::move(then));
  };
  return {
      {"AFirstStartWithAGoodClock", {boot()}, kNone, kNone, unconfirmed, true},
      {"AFirstStartThatNetworkTimeConfirms", {boot(), pass(minutes(5)), synchronise()}, kNone, kNone, agrees},
      {"AFirstStartIn1970", {boot(kTo1970)}, kEarliest - Machine{}.truth, kEarliest - Machine{}.truth, behind, true},
      {"AFirstStartIn1970UntilNetworkTimeCame", {boot(kTo1970), pass(hours(1)), synchronise()}, kNone, kNone, agrees},
      {"AFirstStartAYearBehindUntilNetworkTimeCame", {boot(-days(200)), pass(hours(1)), synchronise()}, kNone, kNone, agrees},
      {"AFirstStartAYearAheadIsNotLoweredByNetworkTime", {boot(kYear), pass(hours(1)), synchronise(), pass(hours(1))}, kYear, kYear, behind, true},
      {"AFirstStartTwentyMinutesAheadWaitsForTheTruth", {boot(minutes(20)), pass(hours(1)), synchronise(), pass(minutes(20))}, kNone, kNone, agrees},
      {"ARestartOfTheDaemonIsCounted", after(kGood, {unsynchronise(), restart_daemon()}), kNone, kNone, agrees},
      {"ARestartOfTheDaemonWithTheClockAYearAhead", after(kNoBattery, {unsynchronise(), set_clock(kYear), restart_daemon()}), kNone, kYear, ahead, true},
      {"ARebootOfTwoMinutes", off(minutes(2), {boot()}), kUp - minutes(2), kNone, restarted, true},
      {"ARebootOfTwoMinutesUntilNetworkTimeCame", off(minutes(2), {boot(), synchronise()}), kNone, kNone, agrees},
      {"ARebootOfTwoMinutesWithoutABatteryClock", off(minutes(2), {boot(kTo1970), synchronise()}, kNoBattery), kNone, kNone, agrees},
      {"ANightOffWithABatteryClock", off(hours(9), {boot()}), kUp - hours(9), kNone, restarted, true},
      {"ANightOffUntilNetworkTimeAgreedWithTheBatteryClock", off(hours(9), {boot(), pass(hours(2)), synchronise()}), kNone, kNone, agrees},
      {"ANightOffAndTheBatteryClockIsThreeMinutesOff", off(hours(9), {battery(minutes(3)), boot(minutes(3)), synchronise()}), kNone, kNone, agrees},
      {"ANightOffAndTheBatteryClockShowsSummerTime", off(hours(9), {battery(hours(1)), boot(hours(1)), synchronise()}), kUp - hours(9), kNone, restarted, true},
      {"ANightOffWithoutABatteryClock", off(hours(9), {boot(kTo1970), synchronise(), pass(hours(1))}, kNoBattery), kUp - hours(9), kNone, ahead, true},
      {"ANightOffWithoutABatteryClockBeforeNetworkTime", off(hours(9), {boot(kTo1970)}, kNoBattery), kUp - hours(9), kUp - hours(9) + kLongestAbsence, behind, true},
      {"AMonthOffWithAClockThatGoesOnFromTheLastStop", off(days(30), {boot(-days(30))}, kNoBattery), kUp - days(30), kUp - days(30) + kLongestAbsence, behind, true},
      {"AMonthOffWithAClockThatGoesOnUntilSomebodyConfirmed", off(days(30), {boot(-days(30)), pass(hours(1)), confirm()}, kNoBattery), kNone, kNone, behind},
      {"FiftyMinutesOffWithoutABatteryClock", off(minutes(50), {boot(kTo1970), synchronise()}, kNoBattery), kNone, kNone, agrees},
      {"TwoTimesFiftyMinutesOffWithoutABatteryClock",
       off(minutes(50), {boot(kTo1970), synchronise(), pass(hours(1)), power_off(minutes(50)), boot(kTo1970), synchronise()}, kNoBattery), kUp - minutes(50), kNone, ahead, true},
      {"AYearAheadAtBoot", off(minutes(10), {boot(kYear), pass(days(40))}), kUp - minutes(10), kYear, restarted, true},
      {"AYearAheadAtBootUntilNetworkTimeCame", off(minutes(10), {battery(kYear), boot(kYear), pass(hours(3)), synchronise()}), kNone, kNone, agrees},
      {"AYearAheadAtBootAndTheBatteryClockToo", off(minutes(10), {battery(kYear), boot(kYear), pass(days(1))}), kUp - minutes(10), kYear, restarted, true},
      {"TenYearsAheadAtBoot", off(minutes(10), {boot(10 * kYear)}), kUp - minutes(10), 10 * kYear, restarted, true},
      {"AYearBehindAtBoot", off(minutes(10), {boot(-kYear)}), kUp - minutes(10), kUp - minutes(10) + kLongestAbsence, behind, true},
      {"HalfAnHourBehindAtBoot", off(minutes(10), {boot(-minutes(40))}), kUp - minutes(10), kUp - minutes(10), behind, true},
      {"ALyingNetworkAfterABootIsNotAWitness", off(minutes(10), {boot(), synchronise_to(kYear)}), kUp - minutes(10), kYear, restarted, true},
      {"AMonthOffWithAWitness", off(days(30), {boot(), synchronise()}), kNone, kNone, agrees},
      {"SecondBootStillInDoubt", off(hours(9), {boot(kYear), pass(hours(1)), power_off(minutes(10)), boot()}), 2 * kUp - hours(9) - minutes(10), kYear - minutes(10) + kUp, restarted, true},
      {"SecondBootIsSettledByAWitness", off(hours(9), {boot(kYear), pass(hours(1)), power_off(minutes(10)), boot(), synchronise()}), kNone, kNone, agrees},
  };
}

std::vector<ClockCase> mark_cases() {
  using enum TimeReason;
  const auto lost = kEarliest - (Machine{}.truth + days(3) + minutes(10));
  const auto off = after(kGood, {power_off(minutes(10))});
  return {
      {"TheMarkIsMissing", after(off, {lose_mark(), boot()}), lost, kNone, mark_lost, true},
      {"TheMarkIsMissingAndTheClockIsAYearAhead", after(off, {lose_mark(), boot(kYear)}), lost, kYear, mark_lost, true},
      {"TheMarkIsMissingUntilAWitnessCame", after(off, {lose_mark(), boot(), synchronise()}), kNone, kNone, agrees},
      {"TheMarkIsMissingAndNetworkTimeIsAlone", after(off, {lose_mark(), battery({}), boot(), synchronise()}), lost, kNone, mark_lost, true},
      {"TheMarkIsMissingAndOtherRecordsKnow",
       after(off, {lose_mark(), boot(), [](Machine& m) { m.state = at_least(m.state, m.truth - hours(1), m.boottime); }, pass(minutes(5))}),
       -hours(1), kNone, mark_lost, true},
      {"TheMarkIsFromTheFuture", after(off, {change_mark([](ClockMark& m) { m.time += kYear; m.latest += kYear; }), boot(), synchronise()}),
       kYear + kUp - minutes(10), kYear + kUp - minutes(10) + kLongestAbsence, behind, true},
      {"TheMarkIsOfThisBootButLaterThanIt", after(kGood, {change_mark([](ClockMark& m) { m.boottime += days(9); }), unsynchronise(), restart_daemon()}),
       days(3) + kUp, days(3) + kUp + kLongestAbsence, behind, true},
      {"TheMarkNamesNoBoot", after(off, {change_mark([](ClockMark& m) { m.boot.clear(); }), boot()}), kUp - minutes(10), kNone, restarted, true},
  };
}

std::vector<ClockCase> person_cases() {
  using enum TimeReason;
  const auto jumped = after(kNoBattery, {unsynchronise(), set_clock(minutes(90)), pass(hours(1))});
  const auto night = after(kNoBattery, {power_off(hours(9)), boot(kTo1970), pass(hours(1))});
  return {
      {"APersonConfirmsWhatWasCounted", after(jumped, {confirm(), pass(hours(1))}), kNone, kNone, agrees},
      {"APersonConfirmsTheMachinesClock", after(jumped, {confirm(minutes(90)), pass(hours(1))}), minutes(90), minutes(90), agrees},
      {"APersonConfirmsBetweenTheTwo", after(jumped, {confirm(minutes(30)), pass(hours(1))}), minutes(30), minutes(30), agrees},
      {"APersonMayNotConfirmLaterThanAnyClock", after(jumped, {confirm(kYear)}), kNone, minutes(90), ahead, true, true},
      {"APersonMayNotConfirmWhatHasPassed", after(jumped, {confirm(-hours(1))}), kNone, minutes(90), ahead, true, true},
      {"APersonConfirmsAfterANightWithoutABatteryClock", after(night, {confirm()}), kNone, kNone, behind},
      {"APersonConfirmsAndTheNextJumpIsDoubtedAgain", after(jumped, {confirm(), set_clock(hours(5))}), kNone, hours(5), ahead, true},
      {"ADeniedClockStaysDeniedOverARestart", after(jumped, {confirm(), restart_daemon(), pass(hours(1))}), kNone, kNone, agrees},
      {"NothingIsThereToConfirm", after(kGood, {confirm()}), kNone, kNone, agrees, false, true},
      {"TwoPersonsLowerAWrongConfirmation", after(jumped, {confirm(minutes(90)), lower(), pass(hours(1))}), kNone, kNone, agrees},
      {"TwoPersonsLowerAFirstStartAYearAhead", {boot(kYear), pass(hours(1)), synchronise(), lower(), pass(hours(1))}, kNone, kNone, agrees},
      {"TwoPersonsMayNotLowerUpwards", after(jumped, {lower(hours(1))}), kNone, minutes(90), ahead, true, true},
      {"TwoPersonsMayNotLowerToBeforeTheProgram", after(jumped, {lower(-2 * kYear)}), kNone, minutes(90), ahead, true, true},
  };
}

// Local time, leap years and the like are no business of trusted time: it is UTC and counted.
std::vector<ClockCase> calendar_cases() {
  using enum TimeReason;
  std::vector<ClockCase> all;
  for (int year = 2027; year <= 2036; ++year)
    for (const unsigned month : {3u, 10u}) {
      const auto begins = [=](Machine& machine) {
        const auto last_sunday = std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) / std::chrono::Sunday[std::chrono::last]);
        machine.truth = last_sunday + minutes(30);
      };
      all.push_back({"ClocksChangeIn" + std::to_string(year) + (month == 3 ? "March" : "October"),
                     {begins, battery(kNone), boot(), synchronise(), pass(hours(2)), power_off(hours(1)), boot(), synchronise()}, kNone, kNone, agrees});
    }
  for (const int year : {2028, 2032}) {
    const auto begins = [=](Machine& machine) { machine.truth = std::chrono::sys_days(std::chrono::year(year) / 2 / 28) + hours(23); };
    all.push_back({"ALeapDayOf" + std::to_string(year), {begins, battery(kNone), boot(), synchronise(), pass(days(2))}, kNone, kNone, agrees});
  }
  return all;
}

}  // namespace tenure
