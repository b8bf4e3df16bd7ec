// The mark's text: one `name value` a line, then the checksum of all before it, so that a flipped bit is a lost mark and
// not another time.
#include <charconv>
#include <map>

#include "base/digest.h"
#include "base/trusted_time.h"

namespace tenure {

namespace {
constexpr std::size_t kLongest = 1024;

std::string checksum(std::string_view text) { return to_hex(sha256(as_view(text))).substr(0, 32); }

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::string optional_text(const std::optional<Instant>& at) { return at ? to_rfc3339(*at) : "none"; }

// False when it is neither a time nor `none`.
bool read_optional(const std::string& text, std::optional<Instant>& out) {
  if (text == "none") return true;
  out = parse_rfc3339(text);
  return out.has_value();
}
}  // namespace

std::string to_text(const ClockMark& mark) {
  const std::string body = "time " + to_rfc3339(mark.time) + "\nlatest " + to_rfc3339(mark.latest) + "\nboot " + mark.boot + "\nboottime " +
                           std::to_string(mark.boottime.count()) + "\nstepped " + std::to_string(mark.stepped.count()) + "\nline " +
                           optional_text(mark.line) + "\ndenied " + optional_text(mark.denied) + "\nfirst " + (mark.first ? "yes" : "no") + "\n";
  return body + "check " + checksum(body) + "\n";
}

std::optional<ClockMark> parse_clock_mark(std::string_view text) {
  if (text.size() > kLongest) return std::nullopt;
  std::map<std::string, std::string> fields;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    const auto space = line.find(' ');
    if (end == std::string_view::npos || space == std::string_view::npos) return std::nullopt;
    if (line.substr(0, space) == "check" && line.substr(space + 1) != checksum(text.substr(0, text.size() - rest.size()))) return std::nullopt;
    fields.emplace(line.substr(0, space), line.substr(space + 1));
    rest.remove_prefix(end + 1);
  }
  if (!fields.contains("check")) return std::nullopt;
  ClockMark mark;
  const auto time = parse_rfc3339(fields["time"]), latest = parse_rfc3339(fields["latest"]);
  const auto boottime = number(fields["boottime"]), stepped = number(fields["stepped"]);
  const bool optional_ones = read_optional(fields["line"], mark.line) && read_optional(fields["denied"], mark.denied);
  if (!time || !latest || !boottime || !stepped || !optional_ones || *latest < *time) return std::nullopt;
  mark.time = *time;
  mark.latest = *latest;
  mark.boot = fields["boot"];
  mark.boottime = Duration(*boottime);
  mark.stepped = Duration(*stepped);
  mark.first = fields["first"] == "yes";
  return mark;
}

}  // namespace tenure
