#include "base/time.h"

#include <date/date.h>
#include <date/tz.h>
#include <fmt/format.h>

#include <sstream>

#include "base/error.h"

namespace tenure {

std::string to_rfc3339(Instant at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  const auto fraction = (at - seconds).count();
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(seconds - day);
  // By hand: date::format() goes through a stream, and a ledger of a million entries formats a million times.
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                          static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(), time.seconds().count());
  if (fraction != 0) text += fmt::format(".{:06}", fraction);
  return text + "Z";
}

// The digits and marks of `2026-03-02T14:05:00[.123456]` and, with `zone`, Z or +01:00. The date library overflows on
// some texts that are nothing like a time, so it is given only those that are.
static bool has_shape(std::string_view text, bool zone) {
  static constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:dd";
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() < kPattern.size()) return false;
  for (std::size_t i = 0; i < kPattern.size(); ++i)
    if (kPattern[i] == 'd' ? !digit(text[i]) : text[i] != kPattern[i]) return false;
  text.remove_prefix(kPattern.size());
  if (!text.empty() && text[0] == '.') {
    std::size_t digits = 1;
    while (digits < text.size() && digit(text[digits])) ++digits;
    if (digits == 1 || digits > 10) return false;
    text.remove_prefix(digits);
  }
  if (!zone) return text.empty();
  return text.size() == 6 && (text[0] == '+' || text[0] == '-') && digit(text[1]) && digit(text[2]) && text[3] == ':' &&
         digit(text[4]) && digit(text[5]);
}

static std::optional<Instant> parse_with(const char* format, const std::string& text) {
  std::istringstream in(text);
  date::sys_time<Duration> at{};
  in >> date::parse(format, at);
  if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  return Instant(at.time_since_epoch());
}

std::optional<Instant> parse_rfc3339(std::string_view given) {
  if (given.size() < 20 || given.size() > 40) return std::nullopt;
  std::string text(given);
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
  text[10] = 'T';
  std::optional<Instant> at;
  if (text.back() == 'Z' || text.back() == 'z') {
    text.pop_back();
    if (has_shape(text, /*zone=*/false)) at = parse_with("%FT%T", text);
  } else if (has_shape(text, /*zone=*/true)) {
    at = parse_with("%FT%T%Ez", text);
  }
  constexpr std::int64_t kYear2200 = 7258118400;
  if (!at || at->time_since_epoch() < Duration::zero() || at->time_since_epoch() >= Seconds(kYear2200)) return std::nullopt;
  return at;
}

std::string to_text(Duration duration) {
  if (duration < Duration::zero()) return "-" + to_text(-duration);
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 1) return fmt::format("{}ms", duration.count() / 1000);
  if (seconds < 60) return fmt::format("{:.1f}s", seconds);
  const auto total = static_cast<long long>(seconds);
  if (total < 3600) return fmt::format("{}m {}s", total / 60, total % 60);
  if (total < 86400) return fmt::format("{}h {}m", total / 3600, total % 3600 / 60);
  return fmt::format("{}d {}h", total / 86400, total % 86400 / 3600);
}

bool is_known_zone(std::string_view zone) {
  try {
    return date::locate_zone(std::string(zone)) != nullptr;
  } catch (const std::exception&) {
    return false;
  }
}

namespace {
struct Wall {
  date::local_time<Duration> local;
  date::local_info info;
};

// A wall clock's time, and what the zone makes of it: one instant, two, or none.
std::optional<Wall> parse_wall(std::string_view given, std::string_view zone) {
  if (given.size() < 16 || given.size() > 26 || !is_known_zone(zone)) return std::nullopt;
  std::string text(given);
  if (text[10] != ' ' && text[10] != 'T') return std::nullopt;
  text[10] = 'T';
  if (text.size() == 16) text += ":00";
  if (!has_shape(text, /*zone=*/false)) return std::nullopt;
  const auto wall = parse_with("%FT%T", text);
  if (!wall) return std::nullopt;
  const date::local_time<Duration> local(wall->time_since_epoch());
  return Wall{local, date::locate_zone(std::string(zone))->get_info(local)};
}

Instant with_offset(const Wall& wall, std::chrono::seconds offset) { return Instant(wall.local.time_since_epoch() - offset); }
}  // namespace

std::optional<LocalTime> parse_local(std::string_view given, std::string_view zone) {
  const auto wall = parse_wall(given, zone);
  if (!wall || wall->info.result == date::local_info::nonexistent) return std::nullopt;
  const Instant first = with_offset(*wall, wall->info.first.offset);
  if (wall->info.result == date::local_info::unique) return LocalTime{first, false, first};
  return LocalTime{first, true, with_offset(*wall, wall->info.second.offset)};
}

Instant parse_user_time(std::string_view field, std::string_view text, std::string_view zone) {
  if (const auto at = parse_rfc3339(text)) return *at;
  const auto wall = parse_wall(text, zone);
  if (wall && wall->info.result == date::local_info::nonexistent)
    throw Error(ErrorKind::usage, fmt::format("{}: \"{}\" never was in {}: the clocks went forward over it; write {} or {}", field, text, zone,
                                              to_rfc3339(with_offset(*wall, wall->info.second.offset)),
                                              to_rfc3339(with_offset(*wall, wall->info.first.offset))));
  const auto local = parse_local(text, zone);
  if (!local)
    throw Error(ErrorKind::usage, fmt::format("{}: \"{}\" is not a time; write 2026-03-02T14:05:00Z, or local time "
                                              "2026-03-02 14:05 ({})", field, text, zone));
  if (local->ambiguous)
    throw Error(ErrorKind::usage, fmt::format("{}: \"{}\" happened twice that night in {}; write {} or {}", field, text,
                                              zone, to_rfc3339(local->first), to_rfc3339(local->second)));
  return local->first;
}

}  // namespace tenure
