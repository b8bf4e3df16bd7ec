#include "daemon/control/args.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/log.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
constexpr std::size_t kMostItems = 10'000;

[[noreturn]] void wrong(std::string_view field, std::string_view text) {
  throw Error(ErrorKind::usage, fmt::format("{}: {}", field, text));
}

std::optional<Duration> unit_of(char letter) {
  switch (letter) {
    case 's': return Seconds(1);
    case 'm': return std::chrono::minutes(1);
    case 'h': return std::chrono::hours(1);
    case 'd': return std::chrono::hours(24);
    default: return std::nullopt;
  }
}

std::optional<Duration> parse_ago(std::string_view text) {
  if (text.size() < 3 || text.size() > 9 || text.front() != '-') return std::nullopt;
  const auto unit = unit_of(text.back());
  std::int64_t count = 0;
  const char* end = text.data() + text.size() - 1;
  const auto parsed = std::from_chars(text.data() + 1, end, count);
  if (!unit || parsed.ec != std::errc() || parsed.ptr != end || count < 0) return std::nullopt;
  return *unit * count;
}
}  // namespace

namespace {
// 2026-03-02 followed by more: what goes wrong from here on is about that time, not about how times are written.
bool begins_with_a_date(std::string_view text) { return text.size() > 10 && text[4] == '-' && text[7] == '-'; }
}  // namespace

Instant parse_typed_time(std::string_view field, std::string_view text, std::string_view zone, Instant now) {
  if (text == "now") return now;
  if (const auto ago = parse_ago(text); ago && *ago < now.time_since_epoch()) return now - *ago;
  if (begins_with_a_date(text)) return parse_user_time(field, log_safe(text), zone);
  wrong(field, fmt::format("\"{}\" is not a time; write 2026-03-02T14:05:00Z, or local time 2026-03-02 14:05 ({}), \"now\", or before now "
                           "-90s, -10m, -2h, -28d; --review also takes a date alone, 2026-03-02", log_safe(text), zone));
}

void Args::only(std::initializer_list<std::string_view> allowed) const {
  for (const auto& [key, unused] : object_) {
    const std::string_view name(key.data(), key.size());
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      throw Error(ErrorKind::usage, fmt::format("\"{}\" is not an argument of this verb; it takes {}", log_safe(name),
                                                allowed.size() ? fmt::format("{}", fmt::join(allowed, ", ")) : "none"));
  }
}

const json::value* Args::find(std::string_view field) const {
  const auto* value = object_.if_contains(field);
  return value && !value->is_null() ? value : nullptr;
}

std::optional<std::string> Args::text(std::string_view field, std::size_t longest) const {
  const auto* value = find(field);
  if (!value) return std::nullopt;
  if (!value->is_string()) wrong(field, "must be a text");
  const auto& string = value->get_string();
  if (string.size() > longest) wrong(field, fmt::format("is {} bytes long; at most {} are taken", string.size(), longest));
  return std::string(string);
}

std::string Args::need(std::string_view field, std::size_t longest) const {
  auto value = text(field, longest);
  if (!value || value->empty()) wrong(field, "is required");
  return *value;
}

std::vector<std::string> Args::texts(std::string_view field) const {
  const auto* value = find(field);
  if (!value) return {};
  if (!value->is_array()) wrong(field, "must be a list of texts");
  const auto& array = value->get_array();
  if (array.size() > kMostItems) wrong(field, fmt::format("at most {} are taken", kMostItems));
  std::vector<std::string> all;
  for (const auto& item : array) {
    if (!item.is_string() || item.get_string().size() > 4096) wrong(field, "must be a list of texts");
    all.emplace_back(item.get_string());
  }
  return all;
}

std::uint64_t Args::number(std::string_view field, std::uint64_t otherwise, std::uint64_t most, std::uint64_t least) const {
  const auto* value = find(field);
  if (!value) return otherwise;
  boost::system::error_code error;
  const auto number = value->to_number<std::uint64_t>(error);
  if (error || number > most || number < least) wrong(field, fmt::format("must be a whole number from {} to {}", least, most));
  return number;
}

bool Args::flag(std::string_view field) const {
  const auto* value = find(field);
  if (!value) return false;
  if (!value->is_bool()) wrong(field, "must be true or false");
  return value->get_bool();
}

SegmentId Args::segment(std::string_view field) const {
  const auto text = need(field);
  const auto id = SegmentId::parse(text);
  if (!id) wrong(field, fmt::format("\"{}\" is not an id (32 hexadecimal digits)", log_safe(text)));
  return *id;
}

HoldId Args::hold(std::string_view field) const {
  const auto text = need(field);
  const auto id = HoldId::parse(text);
  if (!id) wrong(field, fmt::format("\"{}\" is not a hold's id (32 hexadecimal digits)", log_safe(text)));
  return *id;
}

std::optional<Instant> Args::time(std::string_view field) const {
  const auto typed = text(field);
  if (!typed) return std::nullopt;
  return parse_typed_time(field, *typed, zone_, now_);
}

std::optional<Instant> Args::review(std::string_view field) const {
  const auto typed = text(field);
  if (!typed) return std::nullopt;
  const bool date_alone = typed->size() == 10 && (*typed)[4] == '-' && (*typed)[7] == '-';
  if (!date_alone) return parse_typed_time(field, *typed, zone_, now_);
  const auto end_of_day = parse_local(*typed + " 23:59:59", zone_);
  if (!end_of_day) wrong(field, fmt::format("\"{}\" is not a date", log_safe(*typed)));
  return end_of_day->second;
}

Interval Args::span() const {
  need("from");
  need("to");
  return *maybe_span();
}

std::optional<Interval> Args::maybe_span() const {
  const auto from = time("from");
  const auto to = time("to");
  if (!from && !to) return std::nullopt;
  constexpr std::int64_t kYear2200 = 7258118400;
  const Interval span{from.value_or(Instant()), to.value_or(Instant(Seconds(kYear2200)))};
  if (span.empty()) wrong("to", fmt::format("{} is not after from, {}", to_rfc3339(span.to), to_rfc3339(span.from)));
  return span;
}

std::vector<Args> Args::objects(std::string_view field) const {
  const auto* value = find(field);
  if (!value) return {};
  if (!value->is_array() || value->get_array().size() > kMostItems) wrong(field, fmt::format("must be a list of at most {}", kMostItems));
  std::vector<Args> all;
  for (const auto& item : value->get_array()) {
    if (!item.is_object()) wrong(field, "must be a list of objects");
    all.emplace_back(item.get_object(), zone_, now_);
  }
  return all;
}

}  // namespace tenure::daemon
