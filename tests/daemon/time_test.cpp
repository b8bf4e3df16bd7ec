// time lower as people do it: one asks, another approves, and what is done is what was approved.
#include "base/clock.h"
#include "daemon/time_keeping.h"
#include "tests/daemon/people_fixture.h"

namespace tenure::daemon {
namespace {
namespace json = boost::json;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;

// The machine's clock ran three hours ahead when everything began, and has been put right since.
class I12TimeLower : public PeopleTest {
 protected:
  I12TimeLower()
      : machine_(folder_ / "clock-mark", /*kept=*/false, [this] { return readings_; }),
        keeping_(machine_, storage_->catalogue()) {
    keeping_.start();
    rooms_->time = &keeping_;
    readings_.wall -= kAhead;
    add("manager", {"practice-manager"});
    add("second", {"practice-manager"}, "manager");
    manager = logged_in("manager");
  }
  void pass(Duration time) {
    wait(time);
    readings_.wall += time;
    readings_.boottime += time;
    manager = logged_in("manager");  // the code is not fresh any more
  }
  std::string ask_and_approve(const std::string& time) {
    const auto asked = ask(manager, "time lower", {{"time", time}, {"reason", "the clock on the wall"}}).as_object();
    EXPECT_EQ(asked.at("state").as_string(), "waiting");
    const auto id = std::string(asked.at("approval").at("id").as_string());
    ask(logged_in("second"), "approvals approve", {{"id", id}});
    return id;
  }
  Instant lo() const { return keeping_.status().time.lo; }
  std::string right_now() const { return to_rfc3339(readings_.wall); }

  static constexpr Duration kAhead = hours(3);
  ClockReadings readings_{*parse_rfc3339("2026-03-02T17:00:00Z"), minutes(10), "this boot", true, std::nullopt};
  SystemClock machine_;
  TimeKeeping keeping_;
  Asker manager;
};

TEST_F(I12TimeLower, TakesTwoPersonsAndIsInTheLedger) {
  const auto before = lo();
  const auto asked =
      ask(manager, "time lower", {{"time", right_now()}, {"reason", "the clock on the wall"}}).as_object();
  const auto id = std::string(asked.at("approval").at("id").as_string());
  EXPECT_EQ(lo(), before) << "asking does nothing";
  EXPECT_THAT(refusal(manager, "time lower", {{"approval", id}}).message(), HasSubstr("waits for a second person"));
  ask(logged_in("second"), "approvals approve", {{"id", id}});
  pass(minutes(20));
  ask(manager, "time lower", {{"approval", id}});
  EXPECT_EQ(lo(), readings_.wall) << "by as much as was approved: the time that has passed since counts";
  EXPECT_THAT(acts(), testing::Contains("manager time-lower"));
  EXPECT_NE(refusal(manager, "time lower", {{"approval", id}}).kind(), ErrorKind::internal) << "once";
}

TEST_F(I12TimeLower, TheSameTimeMayBeSaidAgainWithTheApproval) {
  const auto said = right_now();
  const auto id = ask_and_approve(said);
  pass(minutes(20));
  ask(manager, "time lower", {{"time", said}, {"approval", id}});
  EXPECT_EQ(lo(), readings_.wall);
}

TEST_F(I12TimeLower, TheTimeThatItIsByNowMayBeSaidWithTheApproval) {
  const auto id = ask_and_approve(right_now());
  pass(minutes(20));
  ask(manager, "time lower", {{"time", right_now()}, {"approval", id}});
  EXPECT_EQ(lo(), readings_.wall);
}

TEST_F(I12TimeLower, AnotherTimeThanWasApprovedIsRefusedNamingBoth) {
  const auto said = right_now();
  const auto id = ask_and_approve(said);
  const auto before = lo();
  const auto other = to_rfc3339(readings_.wall - hours(1));
  const auto error = refusal(manager, "time lower", {{"time", other}, {"approval", id}});
  EXPECT_EQ(error.kind(), ErrorKind::refused);
  EXPECT_THAT(error.message(), testing::AllOf(HasSubstr(other), HasSubstr(said)));
  EXPECT_EQ(lo(), before);
  ask(manager, "time lower", {{"approval", id}});
  EXPECT_EQ(lo(), readings_.wall) << "the approval was not used up";
}

TEST(TimeInWords, DoesNotSayThatAClockAgreesWhichAPersonSaidIsWrong) {
  TimeStatus status;
  status.state.reason = TimeReason::agrees;
  status.time.lo = status.time.hi = *parse_rfc3339("2026-11-23T20:00:00Z");
  const auto with_clock = [&](Duration ahead) {
    status.readings.wall = status.time.lo + ahead;
    return time_in_words(status);
  };
  EXPECT_EQ(with_clock(Seconds(1)), "2026-11-23T20:00:00Z: the machine's clock agrees with what was counted");
  EXPECT_EQ(
      with_clock(hours(9) + minutes(49)),
      "2026-11-23T20:00:00Z: as a person told it, and counted since; the machine's clock is 9h 49m ahead of it and "
      "is not believed; set that clock");
  EXPECT_EQ(with_clock(-minutes(40)),
            "2026-11-23T20:00:00Z: the machine's clock is 40m 0s behind it, by network time, and is waited for");
}

// By the same steps as a person's.
TEST_F(I12TimeLower, AfterATimeThatTheMachinesClockDoesNotSayItIsNotSaidToAgree) {
  const auto right = to_rfc3339(readings_.wall - hours(1));
  const auto id = ask_and_approve(right);
  readings_.synchronised = false;
  EXPECT_THAT(std::string(ask(manager, "time lower", {{"approval", id}}).at("text").as_string()),
              HasSubstr("the machine's clock is 1h 0m ahead of it and is not believed"));
}

}  // namespace
}  // namespace tenure::daemon
