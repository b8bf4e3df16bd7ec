// Events with fields, one line each, to stderr for the journal: `log_info("camera={} gap={}", name, gap)`. Never a phone
// number, a person's name, a password or a URL with credentials. Any thread.
#pragma once
#include <fmt/format.h>

#include <string>

namespace tenure {

enum class LogLevel { debug, info, warning, error };

// With `journal`, lines carry the systemd priority prefix `<6>` and no time of their own.
void start_log(LogLevel least, bool journal);
void log_line(LogLevel level, const std::string& line);
bool log_enabled(LogLevel level);

template <typename... Args>
void log_at(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(level)) log_line(level, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_debug(fmt::format_string<Args...> format, Args&&... args) { log_at(LogLevel::debug, format, std::forward<Args>(args)...); }
template <typename... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) { log_at(LogLevel::info, format, std::forward<Args>(args)...); }
template <typename... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) { log_at(LogLevel::warning, format, std::forward<Args>(args)...); }
template <typename... Args>
void log_error(fmt::format_string<Args...> format, Args&&... args) { log_at(LogLevel::error, format, std::forward<Args>(args)...); }

// A value that came from outside, made safe for one log line and for JSON: control bytes and whatever is not UTF-8
// escaped, cut after 200 bytes.
std::string log_safe(std::string_view text);

}  // namespace tenure
