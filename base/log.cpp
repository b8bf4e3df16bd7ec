#include "base/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace tenure {

namespace {
// `%J`: the priority prefix that journald reads from a service's stderr (sd-daemon(3)).
class JournalPriority : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const char digit = message.level >= spdlog::level::err ? '3' : message.level == spdlog::level::warn ? '4'
                       : message.level == spdlog::level::info ? '6' : '7';
    out.push_back('<');
    out.push_back(digit);
    out.push_back('>');
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<JournalPriority>(); }
};

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}
}  // namespace

void start_log(LogLevel least, bool journal) {
  auto logger = spdlog::stderr_color_mt(journal ? "tenure-journal" : "tenure");
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<JournalPriority>('J').set_pattern(journal ? "%J%v" : "%^%T %L%$ %v");
  logger->set_formatter(std::move(formatter));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
  spdlog::set_level(level_of(least));
}

void log_line(LogLevel level, const std::string& line) { spdlog::default_logger_raw()->log(level_of(level), line); }
bool log_enabled(LogLevel level) { return spdlog::should_log(level_of(level)); }

std::string log_safe(std::string_view text) {
  std::string safe;
  for (const char c : text.substr(0, 200)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '"' || c == '\\') {
      safe += fmt::format("\\x{:02x}", byte);
    } else {
      safe.push_back(c);
    }
  }
  return text.size() > 200 ? safe + "..." : safe;
}

}  // namespace tenure
