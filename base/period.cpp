#include "base/period.h"

#include <charconv>

namespace tenure {

namespace {
// Takes "<digits><unit>" off the front when its unit is one of `units`, in order.
struct Part { long value; char unit; };
std::optional<Part> take_part(std::string_view& text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0 || end == text.data() + text.size() || text[0] == '-') return std::nullopt;
  const Part part{value, *end};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return part;
}
}  // namespace

std::optional<Period> parse_period(std::string_view text) {
  if (text.size() < 3 || text.size() > 40 || text[0] != 'P') return std::nullopt;
  text.remove_prefix(1);
  Period period;
  std::string_view order = "YMWD";
  bool clock = false;
  while (!text.empty()) {
    if (text[0] == 'T') {
      if (clock || text.size() == 1) return std::nullopt;
      clock = true;
      order = "HMS";
      text.remove_prefix(1);
    }
    const auto part = take_part(text);
    if (!part || part->value > 1'000'000) return std::nullopt;
    const auto at = order.find(part->unit);
    if (at == std::string_view::npos) return std::nullopt;
    order.remove_prefix(at + 1);
    const int value = static_cast<int>(part->value);
    if (clock) {
      period.time += part->unit == 'H' ? Duration(std::chrono::hours(value))
                     : part->unit == 'M' ? Duration(std::chrono::minutes(value)) : Duration(Seconds(value));
    } else if (part->unit == 'Y') {
      period.years = value;
    } else if (part->unit == 'M') {
      period.months = value;
    } else {
      period.days += part->unit == 'W' ? value * 7 : value;
    }
  }
  const Duration least = shortest(period);
  if (least <= Duration::zero() || least > std::chrono::days(36525)) return std::nullopt;
  return period;
}

std::string to_string(const Period& period) {
  std::string text = "P";
  if (period.years != 0) text += std::to_string(period.years) + "Y";
  if (period.months != 0) text += std::to_string(period.months) + "M";
  if (period.days != 0) text += std::to_string(period.days) + "D";
  if (period.time == Duration::zero()) return text;
  text += "T";
  const auto seconds = std::chrono::duration_cast<Seconds>(period.time).count();
  if (seconds >= 3600) text += std::to_string(seconds / 3600) + "H";
  if (seconds % 3600 >= 60) text += std::to_string(seconds % 3600 / 60) + "M";
  if (seconds % 60 != 0) text += std::to_string(seconds % 60) + "S";
  return text;
}

Instant add(Instant at, const Period& period) {
  using namespace std::chrono;
  const auto day = floor<days>(at);
  const auto time_of_day = at - day;
  year_month_day date{day};
  date += years(period.years);
  date += months(period.months);
  if (!date.ok()) date = date.year() / date.month() / last;
  return sys_days(date) + days(period.days) + time_of_day + period.time;
}

Duration shortest(const Period& period) {
  return std::chrono::days(365L * period.years + 28L * period.months + period.days) + period.time;
}

}  // namespace tenure
