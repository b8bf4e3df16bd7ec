#include "config/section.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "base/error.h"
#include "base/log.h"

namespace tenure::config {

namespace {
constexpr std::size_t kLongestText = 1024;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

std::string kind_of(const Entry& entry) {
  static const char* const kKinds[] = {"text", "a whole number", "a number", "true or false", "a list"};
  if (const auto* other = std::get_if<OtherValue>(&entry.value)) return other->kind;
  return kKinds[entry.value.index()];
}

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_choice(std::string_view allowed, std::string_view value) {
  for (std::size_t from = 0; from <= allowed.size();) {
    const auto bar = std::min(allowed.find('|', from), allowed.size());
    if (allowed.substr(from, bar - from) == value) return true;
    from = bar + 1;
  }
  return false;
}

std::string choices(std::string_view allowed) {
  std::string text(allowed);
  for (std::size_t at; (at = text.find('|')) != std::string::npos;) text.replace(at, 1, " or ");
  return text;
}

std::string later(const Definition& d) {
  if (d.section == "calls" && d.key == "format") return " (asterisk and others come with a later version)";
  if (d.key == "client") return " (libav comes with a later version)";
  return "";
}

const Definition& definition(const RawTable& table, const std::string& key) {
  const Definition* found = find_definition(table.section, key);
  if (found == nullptr) throw Error(ErrorKind::internal, "the setting [" + table.section + "] " + key + " has no definition");
  return *found;
}
}  // namespace

std::string suggest(std::string_view section, const std::string& key) {
  if (key.size() > 60) return "";
  std::size_t best = key.size() < 5 ? 2 : 4;  // closer than this
  std::string nearest;
  for (const Definition& d : definitions()) {
    if (d.section != section) continue;
    const auto distance = edit_distance(key, d.key);
    if (distance < best) best = distance, nearest = d.key;
  }
  if (!nearest.empty()) return "did you mean " + nearest + "?";
  for (const Definition& d : definitions())
    if (d.key == key) return "it belongs in [" + std::string(d.section) + "]";
  return "";
}

std::string shown(const std::string& value) {
  return "\"" + log_safe(value.size() > 80 ? value.substr(0, 80) + "..." : value) + "\"";
}

Section::Section(const RawTable& table, Path base, ReadResult& result) : table_(table), base_(std::move(base)), result_(result) {
  check_keys();
}

Problem Section::at(const std::string& key, const std::string& text) const {
  const auto entry = table_.entries.find(key);
  return {entry == table_.entries.end() ? table_.line : entry->second.line,
          key.empty() ? table_.field : table_.field + "." + log_safe(key), text};
}
void Section::problem(const std::string& key, const std::string& text) const { result_.problems.push_back(at(key, text)); }
void Section::warning(const std::string& key, const std::string& text) const { result_.warnings.push_back(at(key, text)); }

void Section::check_keys() const {
  for (const auto& [key, entry] : table_.entries) {
    if (find_definition(table_.section, key) != nullptr) continue;
    const std::string nearest = suggest(table_.section, key);
    problem(key, "there is no such setting" + (nearest.empty() ? "" : "; " + nearest));
  }
  for (const Definition& d : definitions())
    if (d.section == table_.section && d.required && !has(std::string(d.key)))
      problem(std::string(d.key), "is missing; it must be " + choices(d.allowed));
}

// The text of a setting as it stands in the file; a problem when it is no text.
std::optional<std::string> Section::given(const std::string& key) const {
  const auto entry = table_.entries.find(key);
  if (entry == table_.entries.end()) return std::nullopt;
  const Definition& d = definition(table_, key);
  const auto* text = std::get_if<std::string>(&entry->second.value);
  if (text == nullptr) {
    problem(key, "is " + kind_of(entry->second) + "; it must be text in quotes: " + choices(d.allowed));
    return std::nullopt;
  }
  const bool control = std::any_of(text->begin(), text->end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
  if (control || text->size() > kLongestText) {
    problem(key, control ? "holds a control character" : "is longer than 1024 bytes");
    return std::nullopt;
  }
  return *text;
}

std::string Section::text(const std::string& key) const {
  const Definition& d = definition(table_, key);
  const std::string fallback(d.fallback);
  const auto value = given(key);
  if (!value) return fallback;
  if (d.required && value->empty()) return problem(key, "is empty; it must be " + choices(d.allowed)), fallback;
  if (d.type == Type::name && !is_name(*value))
    return problem(key, "is " + shown(*value) + "; it must be " + std::string(d.allowed)), fallback;
  if (d.type == Type::choice && !is_choice(d.allowed, *value))
    return problem(key, "is " + shown(*value) + "; it must be " + choices(d.allowed) + later(d)), fallback;
  return *value;
}

bool Section::boolean(const std::string& key) const {
  const bool fallback = definition(table_, key).fallback == "true";
  const auto entry = table_.entries.find(key);
  if (entry == table_.entries.end()) return fallback;
  if (const bool* value = std::get_if<bool>(&entry->second.value)) return *value;
  problem(key, "is " + kind_of(entry->second) + "; it must be true or false, without quotes");
  return fallback;
}

Duration Section::duration(const std::string& key, Duration least, Duration most) const {
  const Definition& d = definition(table_, key);
  const Duration fallback = shortest(parse_period(d.fallback).value_or(Period{}));
  const auto entry = table_.entries.find(key);
  const auto* seconds = entry == table_.entries.end() ? nullptr : std::get_if<std::int64_t>(&entry->second.value);
  if (seconds != nullptr && *seconds >= 0 && *seconds <= 1'000'000 && Seconds(*seconds) >= least && Seconds(*seconds) <= most) return Seconds(*seconds);
  const auto value = seconds != nullptr ? std::optional(std::to_string(*seconds)) : given(key);
  if (!value) return fallback;
  const auto parsed = parse_period(*value);
  if (parsed && parsed->years == 0 && parsed->months == 0 && shortest(*parsed) >= least && shortest(*parsed) <= most)
    return shortest(*parsed);
  problem(key, "is " + shown(*value) + "; it must be seconds, or an ISO 8601 duration, from " + std::string(d.allowed));
  return fallback;
}

std::optional<Period> Section::period(const std::string& key, bool trial) const {
  const auto value = given(key);
  if (!value) return std::nullopt;
  const std::string allowed = trial ? "; it must be an ISO 8601 period from PT1M to P100Y, for example P28D"
                                    : "; it must be an ISO 8601 period from P1D to P100Y, for example P28D or P3Y";
  const auto parsed = parse_period(*value);
  if (!parsed) return problem(key, "is " + shown(*value) + ", which is zero, negative, too long or no period" + allowed), std::nullopt;
  const Duration least = trial ? Duration(std::chrono::minutes(1)) : Duration(std::chrono::days(1));
  if (shortest(*parsed) >= least) return parsed;
  problem(key, "is " + shown(*value) + ", which is too short" + allowed + (trial ? "" : ". Shorter ones are for trial = true in [storage] only"));
  return std::nullopt;
}

std::uint64_t Section::size(const std::string& key, std::uint64_t least) const {
  const Definition& d = definition(table_, key);
  const auto parse = [](std::string_view text) -> std::optional<std::uint64_t> {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number > 1'000'000) return std::nullopt;
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    if (unit == "KiB") return number << 10;
    if (unit == "MiB") return number << 20;
    if (unit == "GiB") return number << 30;
    if (unit == "TiB") return number << 40;
    return std::nullopt;
  };
  const std::uint64_t fallback = parse(d.fallback).value_or(0);
  const auto value = given(key);
  if (!value) return fallback;
  const auto parsed = parse(*value);
  if (parsed && *parsed >= least) return *parsed;
  problem(key, "is " + shown(*value) + "; it must be " + std::string(d.allowed));
  return fallback;
}

std::vector<std::string> Section::list(const std::string& key) const {
  const auto entry = table_.entries.find(key);
  if (entry == table_.entries.end()) return {};
  if (const auto* value = std::get_if<std::vector<std::string>>(&entry->second.value)) return *value;
  problem(key, "is " + kind_of(entry->second) + "; it must be a list of texts: [\"one\", \"two\"]");
  return {};
}

Path Section::path(const std::string& key) const {
  const auto value = given(key);
  if (!value || value->empty()) {
    if (value) problem(key, "is empty; it must be " + std::string(definition(table_, key).allowed));
    return {};
  }
  const Path given_path(*value);
  return (given_path.is_absolute() ? given_path : base_ / given_path).lexically_normal();
}

std::string Section::zone(const std::string& key) const {
  const std::string value = text(key);
  if (value.size() <= 60 && is_known_zone(value)) return value;
  problem(key, "is " + shown(value) + "; it must be an IANA time zone such as Europe/London");
  return std::string(definition(table_, key).fallback);
}

}  // namespace tenure::config
