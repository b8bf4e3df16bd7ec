#include "base/clock.h"

#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "base/log.h"

namespace tenure {

namespace {
bool is_there(const Path& path) {
  boost::system::error_code ignored;
  return boost::filesystem::exists(path, ignored);
}

std::optional<ClockMark> read_mark(const Path& path) {
  try {
    return parse_clock_mark(as_text(read_whole(path, 4096)));
  } catch (const Error&) {
    return std::nullopt;
  }
}
}  // namespace

struct SystemClock::Impl {
  Impl(Path file, bool kept, Reader given) : mark(std::move(file)), read(std::move(given)) {
    const auto saved = read_mark(mark);
    const bool lost = !saved && (kept || is_there(mark));
    last = read ? read() : read_machine_clocks(/*with_battery_clock=*/true);
    state = begin_time(saved, lost, last);
    if (lost) log_error("event=clock-mark-lost effect=\"nothing is deleted until the time is confirmed\" remedy=\"tenure time show\"");
  }

  const ClockReadings& refresh() { return last = read ? read() : read_machine_clocks(/*with_battery_clock=*/false); }
  void advance() { state = next_time(std::move(state), refresh()); }

  const Path mark;
  const Reader read;
  std::mutex mutex;
  ClockReadings last;
  TimeState state;
};

SystemClock::SystemClock(Path mark, bool kept, Reader reader) : impl_(std::make_unique<Impl>(std::move(mark), kept, std::move(reader))) {}

SystemClock::~SystemClock() = default;

TrustedTime SystemClock::trusted() const {
  const std::scoped_lock lock(impl_->mutex);
  impl_->advance();
  return time_of(impl_->state, impl_->last.boottime);
}

TimeState SystemClock::state() const {
  const std::scoped_lock lock(impl_->mutex);
  impl_->advance();
  return impl_->state;
}

ClockReadings SystemClock::readings() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->refresh();
}

void SystemClock::at_least(Instant proven) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->state = tenure::at_least(std::move(impl_->state), proven, impl_->refresh().boottime);
}

void SystemClock::settle(const TimeState& decided) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->state.due = decided.due;
  impl_->state.denied = decided.denied;
  impl_->state = settle_time(std::move(impl_->state), impl_->refresh());
}

void SystemClock::save_mark() {
  std::string text;
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->advance();
    text = to_text(mark_of(impl_->state, impl_->last.boottime));
  }
  write_durably(impl_->mark, as_view(text));
}

Duration SystemClock::monotonic() const { return read_machine_clocks(/*with_battery_clock=*/false).boottime; }

TrustedTime SimulatedClock::trusted() const {
  const std::scoped_lock lock(mutex_);
  return time_;
}

Duration SimulatedClock::monotonic() const {
  const std::scoped_lock lock(mutex_);
  return monotonic_;
}

void SimulatedClock::advance(Duration by) {
  const std::scoped_lock lock(mutex_);
  time_.lo += by;
  time_.hi += by;
  monotonic_ += by;
}

void SimulatedClock::set(TrustedTime time) {
  const std::scoped_lock lock(mutex_);
  time_ = time;
}

}  // namespace tenure
