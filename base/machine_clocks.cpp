// What this machine's clocks show: the wall clock, the time since boot, which boot, whether network time holds the
// clock, and the battery clock.
#include <sys/timex.h>

#include <atomic>
#include <charconv>

#include "base/clock.h"
#include "base/error.h"

namespace tenure {

namespace {
constexpr Duration kAskKernelEvery = Seconds(1);
constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";
constexpr const char* kBatteryClock = "/sys/class/rtc/rtc0/since_epoch";

std::string first_line(const char* path) {
  try {
    Blob bytes(256);  // such files have no size to ask for
    bytes.resize(File(path, File::Mode::read).read_some_at(0, bytes));
    const auto text = as_text(bytes);
    return std::string(text.substr(0, text.find('\n')));
  } catch (const Error&) {
    return {};
  }
}

Duration since_boot() {
  timespec at{};
  clock_gettime(CLOCK_BOOTTIME, &at);
  return Seconds(at.tv_sec) + Duration(at.tv_nsec / 1000);
}

// Only reads. A kernel that refuses to say is one that is not synchronised.
bool kernel_is_synchronised() {
  timex state{};
  const int answer = ::adjtimex(&state);
  return answer >= 0 && answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

// Asked once a second at most: it is a system call, and trusted time is asked for with every packet.
bool is_synchronised(Duration now) {
  static std::atomic<std::int64_t> asked_at{-1};
  static std::atomic<bool> answer{false};
  const auto last = asked_at.load();
  if (last >= 0 && now.count() - last < kAskKernelEvery.count()) return answer;
  answer = kernel_is_synchronised();
  asked_at = now.count();
  return answer;
}

std::optional<Instant> battery_clock() {
  const std::string text = first_line(kBatteryClock);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (seconds < 0 || Instant(Seconds(seconds)) > kLatest) return std::nullopt;
  return Instant(Seconds(seconds));
}
}  // namespace

ClockReadings read_machine_clocks(bool with_battery_clock) {
  static const std::string boot = first_line(kBootId);
  ClockReadings readings;
  readings.wall = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  readings.boottime = since_boot();
  readings.boot = boot;
  readings.synchronised = is_synchronised(readings.boottime);
  if (with_battery_clock) readings.rtc = battery_clock();
  return readings;
}

}  // namespace tenure
