#include "daemon/time_keeping.h"

#include "base/log.h"

namespace tenure::daemon {

namespace {
constexpr Duration kLookEvery = Seconds(2);
constexpr std::size_t kQueue = 4;
const storage::Actor kDaemon{"tenured"};
}  // namespace

TimeKeeping::TimeKeeping(SystemClock& clock, storage::Catalogue& catalogue) : clock_(clock), catalogue_(catalogue), thread_("time", kQueue) {}

TimeKeeping::~TimeKeeping() { stop(); }

void TimeKeeping::start() {
  if (clock_.state().reason == TimeReason::mark_lost) clock_.at_least(storage::latest_recorded(catalogue_));
  look();
  clock_.save_mark();
  thread_.set_tick(kLookEvery, [this] { look(); });
}

void TimeKeeping::stop() { thread_.stop(); }

TimeStatus TimeKeeping::status() const {
  TimeStatus status{clock_.state(), {}, clock_.readings()};
  status.time = time_of(status.state, status.readings.boottime);
  return status;
}

void TimeKeeping::look() {
  const std::scoped_lock lock(mutex_);
  if (const auto state = clock_.state(); state.due) settle(state, {{}, {}, {}, kDaemon, "time-settle", "the right time became known"});
  const auto now = status();
  tell(now);
  if (now.state.line == saved_line_) return;
  clock_.save_mark();  // a restart must go on with the same line
  saved_line_ = now.state.line;
}

// The order is the promise: a sweep that saw the new time with the old stamps would delete early.
storage::RestampReport TimeKeeping::settle(const TimeState& decided, storage::RestampOrder order) {
  const auto readings = clock_.readings();
  order.settlement = *decided.due;
  order.before = time_of(decided, readings.boottime);
  order.now = decided.due->anchor + readings.boottime;
  const auto report = storage::restamp(catalogue_, order);
  clock_.settle(decided);
  clock_.save_mark();
  saved_line_ = clock_.state().line;
  log_info("event=time-settled offset={:.3f}s segments={} gaps={} undecided={}", static_cast<double>(decided.due->offset.count()) / 1e6, report.segments,
           report.gaps, report.undecided);
  return report;
}

storage::RestampReport TimeKeeping::confirm(Instant right, const storage::Actor& actor, const std::string& reason) {
  const std::scoped_lock lock(mutex_);
  const auto decided = confirm_time(clock_.state(), clock_.readings(), right);
  return settle(decided, {{}, {}, {}, actor, "time-confirm", reason});
}

storage::RestampReport TimeKeeping::lower(Instant right, const storage::Actor& actor, const std::string& reason, const storage::ApprovedAct& approval) {
  const std::scoped_lock lock(mutex_);
  const auto decided = lower_time(clock_.state(), clock_.readings(), right);
  return settle(decided, {{}, {}, {}, actor, "time-lower", reason, approval});
}

void TimeKeeping::tell(const TimeStatus& status) {
  if (told_ == status.state.reason) return;
  const bool good = status.state.reason == TimeReason::agrees;
  if (!good || told_) log_at(good ? LogLevel::info : LogLevel::warning, "event=trusted-time state={} text=\"{}\"", name_of(status.state.reason), time_in_words(status));
  told_ = status.state.reason;
}

std::string_view name_of(TimeReason reason) {
  switch (reason) {
    case TimeReason::agrees: return "agrees";
    case TimeReason::unconfirmed: return "unconfirmed";
    case TimeReason::restarted: return "restarted";
    case TimeReason::ahead: return "ahead";
    case TimeReason::behind: return "behind";
    case TimeReason::mark_lost: return "mark-lost";
    case TimeReason::settling: return "settling";
  }
  return "unknown";
}

namespace {
std::string minute_of(Instant at) { return to_rfc3339(std::chrono::floor<Seconds>(at)); }

Duration ahead(const TimeStatus& status) { return status.readings.wall - status.time.lo; }

// Ahead: a person said another time than the machine's clock. Behind: network time put that clock back.
std::string why_certain(const TimeStatus& status) {
  if (ahead(status) > kAgrees)
    return "as a person told it, and counted since; the machine's clock is " + to_text(ahead(status)) + " ahead of it and is not believed";
  if (-ahead(status) > kAgrees)
    return "the machine's clock is " + to_text(-ahead(status)) + " behind it, by network time, and is waited for";
  return "the machine's clock agrees with what was counted";
}

// What each state means for a person, without the interval.
std::string why(const TimeStatus& status) {
  const auto apart = status.state.apart < Duration::zero() ? -status.state.apart : status.state.apart;
  switch (status.state.reason) {
    case TimeReason::agrees: return why_certain(status);
    case TimeReason::unconfirmed: return "taken from the machine's clock, which network time has not confirmed yet";
    case TimeReason::restarted: return "the machine was off and nobody has measured how long; its clock says " + to_text(apart);
    case TimeReason::ahead: return "the machine's clock is " + to_text(apart) + " ahead of what was counted";
    case TimeReason::behind: return "the machine's clock is " + to_text(apart) + " behind what is certain to have passed";
    case TimeReason::mark_lost: return "what was known of the time is lost";
    case TimeReason::settling: return "the right time is known and takes effect in a moment";
  }
  return {};
}

std::string remedy(const TimeStatus& status) {
  const auto wall = minute_of(status.readings.wall);
  const bool wide = status.time.hi - status.time.lo > kNarrow;
  switch (status.state.reason) {
    case TimeReason::agrees: return ahead(status) > kAgrees ? "set that clock" : "";
    case TimeReason::settling: return {};
    case TimeReason::unconfirmed: return "switch the machine's time synchronisation on, or confirm the time with: tenure time confirm " + wall;
    case TimeReason::behind:
      if (!wide && !status.state.line) return "set the machine's clock, or, if the clock is right, two persons lower the time with: tenure time lower " + wall;
      return "set the machine's clock, then confirm it with: tenure time confirm TIME; if the time is earlier than certain, two persons lower it with: tenure time lower TIME";
    case TimeReason::restarted:
    case TimeReason::ahead:
    case TimeReason::mark_lost: return "confirm the right time with: tenure time confirm " + wall + " (if that is right)";
  }
  return {};
}
}  // namespace

std::string time_in_words(const TimeStatus& status) {
  const auto width = status.time.hi - status.time.lo;
  std::string text = width > kNarrow ? "between " + minute_of(status.time.lo) + " and " + minute_of(status.time.hi) : minute_of(status.time.lo);
  text += ": " + why(status);
  if (const auto todo = remedy(status); !todo.empty()) text += "; " + todo;
  return text;
}

}  // namespace tenure::daemon
