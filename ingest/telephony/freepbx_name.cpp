#include "ingest/telephony/freepbx_name.h"

#include <algorithm>
#include <charconv>

#include "ingest/telephony/file_name.h"
#include "ingest/telephony/times.h"

namespace tenure::ingest {

namespace {
using storage::Direction;

constexpr std::string_view kTypes[] = {"in", "out", "external", "internal", "exten", "q", "rg", "force", "parked", "ondemand", "CONF"};
constexpr std::size_t kStampLength = 17;  // -YYYYMMDD-HHMMSS-
constexpr Duration kZoneSlack = std::chrono::hours(26);  // any mistake of zone the telephone system can make

bool digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

bool is_stamp(std::string_view text) {
  return text.size() == kStampLength && text[0] == '-' && digits(text.substr(1, 8)) && text[9] == '-' && digits(text.substr(10, 6)) && text[16] == '-';
}

// [system-]epoch.sequence; gives the epoch.
std::optional<std::int64_t> epoch_of(std::string_view unique_id) {
  const auto hyphen = unique_id.rfind('-');
  if (hyphen != std::string_view::npos) unique_id.remove_prefix(hyphen + 1);
  const auto dot = unique_id.find('.');
  if (dot == std::string_view::npos || dot < 9 || dot > 11 || !digits(unique_id.substr(0, dot)) || !digits(unique_id.substr(dot + 1))) return std::nullopt;
  std::int64_t epoch = 0;
  std::from_chars(unique_id.data(), unique_id.data() + dot, epoch);
  return epoch;
}

std::optional<LocalTime> local_time(std::string_view stamp, std::string_view zone) {
  const auto part = [&](std::size_t at, std::size_t length) { return std::string(stamp.substr(at, length)); };
  return parse_local(part(1, 4) + "-" + part(5, 2) + "-" + part(7, 2) + " " + part(10, 2) + ":" + part(12, 2) + ":" + part(14, 2), zone);
}

// False when neither time is possible.
bool set_start(FreepbxName& out, std::int64_t epoch, const std::optional<LocalTime>& local) {
  const Instant exact{Seconds(epoch)};
  const bool agrees = !local || (exact - local->first < kZoneSlack && local->first - exact < kZoneSlack);
  if (exact >= kEarliestCall && agrees) {
    out.start = exact;
    out.time_quality = "exact";
    return true;
  }
  if (!local || local->second < kEarliestCall) return false;
  out.start = local->second;  // the later of two: an early guess would delete early
  out.time_quality = local->ambiguous ? "ambiguous" : "local";
  return true;
}

bool is_extension(const std::string& text, const std::vector<std::string>& extensions) {
  if (!extensions.empty()) return std::find(extensions.begin(), extensions.end(), text) != extensions.end();
  return digits(text) && text.size() >= 2 && text.size() <= 6;
}

Direction direction_of(const FreepbxName& name, bool from_inside, bool to_inside) {
  if (name.type == "in") return Direction::in;
  if (name.type == "out") return Direction::out;
  if (name.type == "internal") return Direction::internal;
  if (from_inside && to_inside) return Direction::internal;
  if (from_inside) return name.type == "q" || name.type == "rg" || name.type == "CONF" ? Direction::internal : Direction::out;
  if (to_inside || name.type == "external" || name.type == "q" || name.type == "rg") return Direction::in;
  return Direction::unknown;
}

storage::Party party(const std::string& number, bool local) {
  storage::Party out;
  out.role = local ? "local" : "remote";
  (local && digits(number) && number.size() <= 6 ? out.extension : out.number) = number;
  return out;
}

void set_parties(FreepbxName& out, const std::vector<std::string>& extensions) {
  const bool from_inside = is_extension(out.from, extensions), to_inside = is_extension(out.to, extensions);
  out.direction = direction_of(out, from_inside, to_inside);
  const bool internal = out.direction == Direction::internal;
  const bool outgoing = out.direction == Direction::out || (out.direction == Direction::unknown && from_inside);
  if (!out.from.empty()) out.parties.push_back(party(out.from, internal || outgoing));
  if (!out.to.empty()) out.parties.push_back(party(out.to, internal || !outgoing));
}
}  // namespace

std::optional<FreepbxName> parse_freepbx_name(std::string_view name, std::string_view zone, const std::vector<std::string>& extensions) {
  if (name.size() > kLongestName || !name_problem(name).empty() || kind_of(name) != FileKind::audio) return std::nullopt;
  const std::string_view stem = without_extension(name);
  for (std::size_t at = stem.size(); at-- > 0;) {
    const auto stamp = stem.substr(at, kStampLength);
    if (!is_stamp(stamp)) continue;
    const std::string_view unique_id = stem.substr(at + kStampLength);
    const auto epoch = epoch_of(unique_id);
    if (!epoch) continue;
    const std::string_view head = stem.substr(0, at);
    const auto first = head.find('-');
    if (first == std::string_view::npos || std::find(std::begin(kTypes), std::end(kTypes), head.substr(0, first)) == std::end(kTypes)) continue;
    const std::string_view numbers = head.substr(first + 1);
    if (numbers.empty()) continue;
    const auto last = numbers.rfind('-');
    FreepbxName out;
    out.type = head.substr(0, first);
    out.to = numbers.substr(0, last);
    if (last != std::string_view::npos) out.from = numbers.substr(last + 1);
    out.unique_id = unique_id;
    if (!set_start(out, *epoch, local_time(stamp, zone))) continue;
    set_parties(out, extensions);
    return out;
  }
  return std::nullopt;
}

}  // namespace tenure::ingest
