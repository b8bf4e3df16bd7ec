#include "storage/policy/policy_preview.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/policy/promise.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kDigits = 32;  // of the digest in a token

PolicyRow policy_of(sqlite::Connection& db, const std::string& cls) {
  auto query = db.query("SELECT class, period, anchor FROM policy WHERE class = ?", cls);
  if (query.step()) {
    const auto period = parse_period(query.text(1));
    if (!period) throw Error(ErrorKind::corrupt, "The catalogue holds a period that is none for class " + cls + ".");
    return {query.text(0), *period, query.integer(2) == 1 ? config::Anchor::capture_start : config::Anchor::capture_end};
  }
  std::string known;
  auto names = db.query("SELECT class FROM policy ORDER BY class");
  while (names.step()) known += (known.empty() ? "" : ", ") + names.text(0);
  throw Error(ErrorKind::not_found, "class: there is no class \"" + log_safe(cls) + "\"; there are: " + known + ".");
}

void count(Tally& tally, const SegmentRow& row) {
  ++tally.recordings;
  tally.calls += row.kind == Kind::calls;
  tally.bytes += row.bytes;
  tally.oldest = std::min(tally.oldest.value_or(row.span.from), row.span.from);
  tally.newest = std::max(tally.newest.value_or(row.span.from), row.span.from);
}

// Only what the decisions ask for: a class may have a million rows.
SegmentRow read_row(const sqlite::Statement& row) {
  SegmentRow segment;
  segment.id = row.id<SegmentId>(0);
  segment.kind = static_cast<Kind>(row.integer(1));
  segment.state = static_cast<State>(row.integer(2));
  segment.span = {row.instant(3), row.instant(4)};
  segment.expires_at = row.instant(5);
  segment.readable_until = row.maybe_instant(6);
  segment.bytes = row.natural(7);
  return segment;
}

std::int64_t seconds_of(Instant at) { return std::chrono::floor<Seconds>(at).time_since_epoch().count(); }

std::string token_of(sqlite::Connection& db, const PolicyPreview& preview) {
  auto version = db.query("SELECT max(number) FROM policy_version WHERE class = ? AND in_force_at IS NOT NULL", preview.wish.cls);
  version.step();
  const auto times = std::to_string(seconds_of(preview.effective_at)) + "-" + std::to_string(seconds_of(preview.as_of)) + "-";
  Sha256 hash;
  hash.update(as_view("tenure policy preview\n" + preview.wish.cls + "\n" + to_string(preview.wish.period) + "\n" +
                      (preview.wish.anchor == config::Anchor::capture_start ? "start" : "end") + "\n" + times + "\n" +
                      std::to_string(version.integer(0)) + "\n"));
  for (const auto& id : preview.due) hash.update(id.bytes());
  return times + to_hex(hash.finish()).substr(0, kDigits);
}

void consider(sqlite::Connection& db, const SegmentRow& row, const Promise& wanted, PolicyPreview& preview) {
  const TrustedTime then{preview.effective_at, preview.effective_at};
  auto after = row;
  const auto ends = brought_forward({row.expires_at, row.readable_until}, row.span, wanted);
  after.expires_at = ends.expires_at;
  const auto goes = [&](const SegmentRow& as) { return may_delete(as, hold_view(db, row.id, then), Cause::sweep, then); };
  if (may_delete(row, {}, Cause::sweep, then)) return count(goes(row) ? preview.anyway : preview.anyway_held, row);
  if (!may_delete(after, {}, Cause::sweep, then)) {
    if (after.expires_at < row.expires_at) count(preview.sooner, row);
    return;
  }
  preview.due.push_back(row.id);
  count(preview.falls_due, row);
  count(goes(after) ? preview.goes : preview.held, row);
}
}  // namespace

PolicyPreview preview_policy(sqlite::Connection& db, const PolicyWish& wish, Instant effective_at, Instant as_of) {
  PolicyPreview preview;
  preview.now = policy_of(db, wish.cls);
  preview.wish = wish;
  preview.effective_at = std::chrono::floor<Seconds>(effective_at);
  preview.as_of = std::chrono::floor<Seconds>(as_of);
  const Promise last{preview.now.period, preview.now.anchor}, wanted{wish.period, wish.anchor};
  preview.shortens = !never_shorter(last, wanted);
  auto query = db.query("SELECT id, kind, state, start_at, end_at, expires_at, readable_until, bytes FROM segment"
                        " WHERE class = ? AND state IN (1, 3) AND end_at <= ? ORDER BY id", wish.cls, preview.as_of);
  while (query.step()) consider(db, read_row(query), wanted, preview);
  preview.token = token_of(db, preview);
  return preview;
}

TokenTimes times_of_token(const std::string& token) {
  std::int64_t effective = 0, as_of = 0;
  const auto* end = token.data() + token.size();
  const auto first = std::from_chars(token.data(), end, effective);
  const bool dash = first.ec == std::errc() && first.ptr != end && *first.ptr == '-';
  const auto second = dash ? std::from_chars(first.ptr + 1, end, as_of) : first;
  const bool sound = dash && second.ec == std::errc() && second.ptr != end && *second.ptr == '-' &&
                     static_cast<std::size_t>(end - second.ptr) == kDigits + 1;
  constexpr std::int64_t kLatest = 10'000'000'000;
  if (!sound || effective < 0 || as_of < 0 || effective > kLatest || as_of > kLatest)
    throw Error(ErrorKind::usage, "preview: \"" + log_safe(token) + "\" is not what a preview is called; see it with: tenure policy preview");
  return {Instant(Seconds(effective)), Instant(Seconds(as_of))};
}

}  // namespace tenure::storage
