#include "tests/faults/promises.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"

namespace tenure::faults {

namespace {
constexpr auto kReleasing = std::chrono::hours(24);

Instant read_instant(std::istream& in) {
  std::int64_t micros = 0;
  in >> micros;
  return instant_from_micros(micros);
}

SegmentId read_id(std::istream& in) {
  std::string text;
  in >> text;
  const auto id = SegmentId::parse(text);
  if (!id) throw Error(ErrorKind::internal, "A promise names no segment: " + text);
  return *id;
}

PromisedHold read_hold(std::istream& in) {
  PromisedHold hold;
  in >> hold.id >> hold.source;
  hold.span.from = read_instant(in);
  hold.span.to = read_instant(in);
  in >> hold.number;
  return hold;
}

PromisedSegment read_segment(std::istream& in, bool is_call) {
  PromisedSegment segment;
  segment.is_call = is_call;
  segment.id = read_id(in);
  in >> segment.source;
  segment.span.from = read_instant(in);
  segment.span.to = read_instant(in);
  in >> segment.number >> segment.slot >> segment.slot_hex >> segment.key_hex;
  return segment;
}
}  // namespace

// The practice's promise, in days and years of its own counting.
Instant PromisedSegment::expires(int days_kept) const {
  if (!is_call) return span.to + std::chrono::days(days_kept);
  const auto day = std::chrono::floor<std::chrono::days>(span.from);
  const std::chrono::year_month_day date(day);
  return std::chrono::sys_days(date + std::chrono::years(3)) + (span.from - day);  // no scenario has a 29 February
}

bool PromisedHold::covers(const PromisedSegment& segment) const {
  if (keeps.contains(segment.id)) return true;
  if (segment.is_call) return number != 0 && number == segment.number;
  return source == segment.source && span.overlaps(segment.span);
}

bool Promises::surely_held(const PromisedSegment& segment, Instant at) const {
  return std::ranges::any_of(holds, [&](const PromisedHold& hold) {
    return hold.covers(segment) && (!hold.release_tried || at < *hold.release_tried + kReleasing);
  });
}

bool Promises::perhaps_held(const PromisedSegment& segment, Instant at) const {
  const auto may_hold = [&](const PromisedHold& hold) {
    return hold.covers(segment) && (!hold.released || at < *hold.released + kReleasing);
  };
  return std::ranges::any_of(holds, may_hold) || std::ranges::any_of(tried, may_hold);
}

Promises::Promises(const std::string& lines) {
  std::istringstream all(lines);
  for (std::string line; std::getline(all, line);) read(line);
}

void Promises::policy(std::istream& in) {
  in >> next_policy_.first;
  next_policy_.second = read_instant(in);
}

void Promises::sweep(bool done) {
  if (next_policy_.second <= clock) days = next_policy_.first;
  std::erase_if(prefixes, [&](const auto& item) { return item.second.expires(least_days) <= clock && !surely_held(item.second, clock); });
  for (const auto& [id, segment] : segments) {
    if (segment.expires(least_days) > clock) continue;
    if (!surely_held(segment, clock)) may_be_gone.insert(id);
    if (done && segment.expires(days) <= clock && !perhaps_held(segment, clock)) must_be_gone.insert(id);
  }
}

void Promises::pressure() {
  std::erase_if(prefixes, [&](const auto& item) { return !surely_held(item.second, clock); });
  for (const auto& [id, segment] : segments)
    if (!segment.is_call && !surely_held(segment, clock)) may_be_gone.insert(id);
}

void Promises::read(const std::string& line) {
  std::istringstream in(line);
  std::string what;
  in >> what;
  PromisedHold unacknowledged;
  const auto hold_named = [&]() -> PromisedHold& {
    std::string id;
    in >> id;
    const auto found = std::ranges::find(holds, id, &PromisedHold::id);
    if (found != holds.end()) return *found;
    unacknowledged = {};  // it happened and nobody was told: stays among `tried`
    return unacknowledged;
  };
  if (what == "clock") clock = read_instant(in);
  else if (what == "segment" || what == "call") {
    auto segment = read_segment(in, what == "call");
    prefixes.erase(segment.id);
    segments.insert_or_assign(segment.id, std::move(segment));
  } else if (what == "prefix") {
    const auto segment = read_segment(in, /*is_call=*/false);
    prefixes.insert_or_assign(segment.id, segment);
  } else if (what == "try-hold") tried.push_back(read_hold(in));
  else if (what == "hold") holds.push_back(read_hold(in));
  else if (what == "keeps") {
    auto& hold = hold_named();
    hold.keeps.insert(read_id(in));
  } else if (what == "try-release") hold_named().release_tried = clock;
  else if (what == "released") hold_named().released = clock;
  else if (what == "try-sweep") sweep(/*done=*/false);
  else if (what == "swept") sweep(/*done=*/true);
  else if (what == "try-pressure") pressure();
  else if (what == "try-policy") in >> least_days;
  else if (what == "policy") policy(in);
  else if (what == "ledger") {
    ledger.emplace_back();
    in >> ledger.back().first >> ledger.back().second;
  } else if (what == "try-rotate") rotation_tried = true;
  else if (what == "disk-fails") disk_fails = true;
  else if (what == "fired") fired = line;
  else throw Error(ErrorKind::internal, "A promise cannot be understood: " + line);
}

}  // namespace tenure::faults
