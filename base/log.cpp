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

// The length of the UTF-8 character at the front, or 0 when there is none.
static std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : (byte(0) & 0xe0) == 0xc0 && byte(0) >= 0xc2 ? 2 : (byte(0) & 0xf0) == 0xe0 ? 3
                             : (byte(0) & 0xf8) == 0xf0 && byte(0) <= 0xf4 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool overlong = (length == 3 && byte(0) == 0xe0 && byte(1) < 0xa0) || (length == 4 && byte(0) == 0xf0 && byte(1) < 0x90);
  const bool surrogate = length == 3 && byte(0) == 0xed && byte(1) >= 0xa0;
  const bool beyond = length == 4 && byte(0) == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

std::string log_safe(std::string_view text) {
  std::string safe;
  std::size_t at = 0;
  while (at < text.size() && at < 200) {
    const auto length = utf8_length(text.substr(at));
    const auto byte = static_cast<unsigned char>(text[at]);
    if (length == 0 || byte < 0x20 || byte == 0x7f || byte == '"' || byte == '\\') {
      safe += fmt::format("\\x{:02x}", byte);
      ++at;
    } else {
      safe += text.substr(at, length);
      at += length;
    }
  }
  return at < text.size() ? safe + "..." : safe;
}

}  // namespace tenure
