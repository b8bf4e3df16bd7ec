#include "tests/base/clock_machine.h"

#include "base/error.h"

namespace tenure {

namespace {
constexpr Duration kLookEvery = std::chrono::minutes(5);
}

ClockReadings Machine::readings() const {
  ClockReadings all;
  all.wall = truth + wall_error;
  all.boottime = boottime;
  all.boot = "boot-" + std::to_string(boots);
  all.synchronised = synchronised;
  if (rtc_error) all.rtc = truth + *rtc_error;
  return all;
}

void Machine::look() {
  if (!running) return;
  state = next_time(std::move(state), readings());
  const auto now = time();
  EXPECT_LE(now.lo, now.hi);
  const bool by_itself = last_ && !lowered_;
  if (by_itself) {
    EXPECT_GE(now.lo, last_->lo) << "the early end went back by itself";
  }
  if (by_itself && !synchronised && !settled) {
    EXPECT_GE(now.hi, last_->hi) << "the late end went back by itself";
  }
  last_ = now;
  lowered_ = false;
  settled.reset();
  mark = parse_clock_mark(to_text(mark_of(state, boottime)));
  ASSERT_TRUE(mark) << "a mark that was written must be readable";
  settle();
}

void Machine::start() {
  running = true;
  state = begin_time(mark, kept, readings());
  kept = true;
  look();
}

void Machine::settle() {
  if (!state.due) return;
  settled = state.due;
  lowered_ = state.due->by == Settlement::By::two_persons;
  state = settle_time(std::move(state), readings());
  if (!lowered_) {
    EXPECT_GE(time().lo, last_->lo) << "only two persons lower it";
  }
  last_ = time();
  mark = mark_of(state, boottime);
}

Step boot(Duration wall_error) {
  return [=](Machine& machine) {
    machine.wall_error = wall_error;
    machine.synchronised = false;
    machine.boottime = Seconds(20);
    ++machine.boots;
    machine.start();
  };
}

Step pass(Duration time) {
  return [=](Machine& machine) {
    for (Duration left = time; left > Duration::zero(); left -= kLookEvery) {
      const auto by = std::min(left, kLookEvery);
      machine.truth += by;
      machine.boottime += by;
      machine.look();
    }
  };
}

Step sleep_for(Duration time) {
  return [=](Machine& machine) {
    machine.truth += time;
    machine.boottime += time;
    machine.look();
  };
}

Step power_off(Duration time) {
  return [=](Machine& machine) {
    machine.running = false;
    machine.settled.reset();
    machine.truth += time;
  };
}

Step set_clock(Duration wall_error) {
  return [=](Machine& machine) {
    machine.wall_error = wall_error;
    machine.look();
  };
}

Step synchronise() { return synchronise_to(Duration::zero()); }

Step synchronise_to(Duration wall_error) {
  return [=](Machine& machine) {
    machine.synchronised = true;
    machine.wall_error = wall_error;
    machine.look();
  };
}

Step unsynchronise() {
  return [](Machine& machine) { machine.synchronised = false; };
}

Step battery(std::optional<Duration> error) {
  return [=](Machine& machine) { machine.rtc_error = error; };
}

Step restart_daemon() {
  return [](Machine& machine) { machine.start(); };
}

Step confirm(Duration error) {
  return [=](Machine& machine) {
    try {
      machine.state = confirm_time(machine.state, machine.readings(), machine.truth + error);
    } catch (const Error& told) {
      machine.refused = told.message();
    }
    machine.settle();
    machine.look();
  };
}

Step lower(Duration error) {
  return [=](Machine& machine) {
    try {
      machine.state = lower_time(machine.state, machine.readings(), machine.truth + error);
    } catch (const Error& told) {
      machine.refused = told.message();
    }
    machine.settle();
    machine.look();
  };
}

Step lose_mark() {
  return [](Machine& machine) { machine.forget(); };
}

Step change_mark(std::function<void(ClockMark&)> change) {
  return [=](Machine& machine) { change(*machine.mark); };
}

}  // namespace tenure
