#include <map>

#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

SegmentRow row_expiring(Instant when, State state = State::live) {
  SegmentRow row;
  row.expires_at = when;
  row.state = state;
  return row;
}

const Instant kNoon = at("2026-03-02T12:00:00Z");

TEST(I6, NothingGoesBeforeTheEarliestThatTheTimeCanBe) {
  const auto row = row_expiring(kNoon);
  EXPECT_FALSE(may_delete(row, {}, Cause::sweep, {kNoon - Duration(1), kNoon + hours(5)}));
  EXPECT_TRUE(may_delete(row, {}, Cause::sweep, {kNoon, kNoon}));
}

TEST(I6, WhatIsHeldNeverGoesWhateverTheCause) {
  for (const auto cause : {Cause::sweep, Cause::erasure, Cause::pressure})
    for (const HoldView& holds : {HoldView{true, false}, HoldView{false, true}})
      EXPECT_FALSE(may_delete(row_expiring(kNoon - days(1000)), holds, cause, {kNoon, kNoon}));
}

TEST(I6, OnlyLiveAndLostSegmentsCanBeCondemned) {
  EXPECT_FALSE(may_delete(row_expiring(kNoon, State::reserved), {}, Cause::sweep, {kNoon, kNoon}));
  EXPECT_FALSE(may_delete(row_expiring(kNoon, State::condemned), {}, Cause::sweep, {kNoon, kNoon}));
  EXPECT_TRUE(may_delete(row_expiring(kNoon, State::lost), {}, Cause::sweep, {kNoon, kNoon}));
}

TEST(I4, WhatMayHaveExpiredIsUnreadableBeforeItMayBeDeleted) {
  const TrustedTime doubt{kNoon - hours(1), kNoon};
  const auto row = row_expiring(kNoon);
  EXPECT_FALSE(may_read(row, {}, {"manager"}, Purpose::view, doubt).allowed);
  EXPECT_FALSE(may_delete(row, {}, Cause::sweep, doubt));
  EXPECT_TRUE(may_read(row, {true, false}, {"manager"}, Purpose::view, doubt).allowed);
  EXPECT_FALSE(may_read(row, {true, false}, {""}, Purpose::view, doubt).allowed);
}

TEST(I9Reading, WhatIsReleasingIsReadByHoldManagersOnly) {
  const auto expired = row_expiring(kNoon - hours(1)), unexpired = row_expiring(kNoon + hours(1));
  const HoldView releasing{false, true};
  const auto reads = [&](const SegmentRow& row, std::vector<std::string> roles) {
    return may_read(row, releasing, {"anna", "01", std::move(roles)}, Purpose::view, {kNoon, kNoon}).allowed;
  };
  EXPECT_TRUE(reads(expired, {kPracticeManager}));
  EXPECT_TRUE(reads(expired, {"partner", kDataProtectionOfficer}));
  EXPECT_FALSE(reads(expired, {"partner"}));
  EXPECT_FALSE(reads(expired, {}));
  EXPECT_TRUE(reads(unexpired, {"partner"}));
  EXPECT_TRUE(may_read(expired, releasing, {"uid 0 (root)"}, Purpose::view, {kNoon, kNoon}).allowed);
}

TEST(Retention, PlansTheOldestExpiryFirstAndNoMoreThanAsked) {
  std::vector<std::pair<SegmentRow, HoldView>> view;
  for (int i = 5; i > 0; --i) view.push_back({row_expiring(kNoon - hours(i % 3 + 1)), {}});
  view.push_back({row_expiring(kNoon - days(9)), {true, false}});
  view.push_back({row_expiring(kNoon + Duration(1)), {}});
  const auto plan = plan_erasure(view, {kNoon, kNoon}, 2);
  ASSERT_EQ(plan.size(), 2u);
  EXPECT_EQ(plan[0].expires_at, kNoon - hours(3));
  EXPECT_LE(plan[0].expires_at, plan[1].expires_at);
}

TEST(Retention, ACallOfTheTwentyNinthOfFebruaryEndsOnTheTwentyEighth) {
  const auto start = at("2024-02-29T09:30:00Z");
  const auto period = *parse_period("P3Y");
  EXPECT_EQ(expiry_of(period, config::Anchor::capture_start, {start, start + hours(1)}), at("2027-02-28T09:30:00Z"));
  EXPECT_EQ(expiry_of(period, config::Anchor::capture_end, {start, start + hours(1)}), at("2027-02-28T10:30:00Z"));
}

// What lives, by its expiry, against what the catalogue still has.
class Promises {
 public:
  void made(const SegmentId& id, Instant expiry) { due_.emplace(expiry, id); }
  // Everything due more than 65 s before `now` is gone, everything not yet due is there.
  void check(const Practice& practice, Instant now) {
    while (!due_.empty() && due_.begin()->first + Seconds(65) < now) {
      ASSERT_FALSE(practice.exists(due_.begin()->second)) << "due " << to_rfc3339(due_.begin()->first) << " now " << to_rfc3339(now);
      due_.erase(due_.begin());
      ++kept;
    }
    for (auto soonest = due_.begin(); soonest != due_.end() && soonest->first <= now + hours(2); ++soonest) {
      if (soonest->first > now) {
        ASSERT_TRUE(practice.exists(soonest->second)) << to_rfc3339(soonest->first);
      }
    }
  }
  int kept = 0;

 private:
  std::multimap<Instant, SegmentId> due_;
};

// Sweeps exactly when the catalogue says that something is due, up to `until`.
void live_until(Practice& practice, Promises& promises, Instant until) {
  for (auto next = practice.parts->catalogue.next_expiry(); next && *next <= until;
       next = practice.parts->catalogue.next_expiry()) {
    practice.clock.set({*next - Duration(1), *next - Duration(1)});
    ASSERT_EQ(practice.parts->sweeper.sweep().deleted, 0u) << "early at " << to_rfc3339(*next);
    practice.clock.set({*next, *next});
    ASSERT_GT(practice.parts->sweeper.sweep().deleted, 0u) << "late at " << to_rfc3339(*next);
    promises.check(practice, *next);
  }
  practice.clock.set({until, until});
}

TEST(R01, FortyDaysOfCamerasKeepEveryPromiseToTheSecond) {
  Practice practice(at("2026-03-10T00:00:00Z"));  // over the change to summer time
  Promises promises;
  for (auto now = practice.clock.now(); now < at("2026-04-19T00:00:00Z"); now += hours(1)) {
    for (const auto* camera : {"front", "waiting-room"}) {
      const Interval span{now, now + hours(1)};
      promises.made(practice.record(camera, span).id, span.to + days(28));
    }
    ASSERT_NO_FATAL_FAILURE(live_until(practice, promises, now + hours(1)));
  }
  promises.check(practice, practice.clock.now());
  EXPECT_GT(promises.kept, 550);
  EXPECT_EQ(practice.parts->catalogue.check(), "");
  EXPECT_EQ(practice.parts->keys.in_use(), practice.parts->catalogue.in_state(State::live).size());
}

TEST(R01, ThreeYearsOfCallsKeepEveryPromiseOverALeapDay) {
  Practice practice(at("2024-01-05T10:00:00Z"));
  Promises promises;
  int number = 0;
  for (auto now = practice.clock.now(); now < at("2028-06-01T00:00:00Z"); now += days(4) + hours(7) + minutes(11)) {
    for (const auto start : {now, at("2024-02-29T23:59:59Z")}) {
      if (number > 20 && start != now) continue;
      const auto name = "call-" + std::to_string(++number);
      const auto outcome = practice.import(call_at(start, "07700 900123", name), "audio of " + name);
      if (outcome.what != ImportOutcome::What::imported) continue;
      promises.made(outcome.id, add(start, *parse_period("P3Y")));
    }
    ASSERT_NO_FATAL_FAILURE(live_until(practice, promises, now));
  }
  EXPECT_GT(promises.kept, 100);
  EXPECT_EQ(practice.parts->catalogue.check(), "");
}

}  // namespace
}  // namespace tenure::storage
