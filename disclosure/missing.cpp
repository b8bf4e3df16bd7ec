#include "disclosure/missing.h"

#include <algorithm>
#include <iterator>

namespace tenure::disclosure {

namespace {
constexpr std::size_t kGapsNamed = 5;
constexpr Duration kSameStretch = Seconds(1);   // between segments that are left out for one reason
constexpr Duration kWorthAWord = Seconds(2);    // shorter joints are between segments of one recording
constexpr Duration kStillComing = std::chrono::minutes(2);  // a segment that is being recorded, and a group of pictures

std::string words(const Interval& span) { return to_rfc3339(span.from) + " to " + to_rfc3339(span.to); }

std::string list(const std::vector<storage::Gap>& gaps) {
  std::string text;
  for (std::size_t i = 0; i < gaps.size() && i < kGapsNamed; ++i)
    text += (i == 0 ? "" : "; ") + words(gaps[i].span) + " (" + gaps[i].cause + ")";
  if (gaps.size() > kGapsNamed) text += "; and " + std::to_string(gaps.size() - kGapsNamed) + " more";
  return text;
}

Interval clipped(const Interval& span, const Interval& within) {
  return {std::max(span.from, within.from), std::min(span.to, within.to)};
}

std::string words(const storage::DeletedSpan& gone, const Interval& within) {
  const auto first = to_rfc3339(gone.first_at), last = to_rfc3339(gone.last_at);
  return words(clipped(gone.span, within)) + " (" + storage::to_string(gone.cause) + ", " +
         (gone.first_at == gone.last_at ? "at " + first : "between " + first + " and " + last) + ")";
}

std::string list(const std::vector<storage::DeletedSpan>& all, const Interval& within) {
  std::string text;
  for (std::size_t i = 0; i < all.size() && i < kGapsNamed; ++i) text += (i == 0 ? "" : "; ") + words(all[i], within);
  if (all.size() > kGapsNamed) text += "; and " + std::to_string(all.size() - kGapsNamed) + " more";
  return text;
}
}  // namespace

Missing::Missing(const ExportContext& context, const SpanRequest& request)
    : context_(context), request_(request), gaps_(context.storage.catalogue().gaps(request.source, request.span)),
      deleted_(storage::deleted_spans(context.storage.catalogue(), request.source, request.span)) {
  for (const auto& gap : gaps_) accounted_.push_back(gap.span);
  for (const auto& gone : deleted_) accounted_.push_back(gone.span);
}

void Missing::unreadable(const Interval& span, const std::string& why) {
  accounted_.push_back(span);
  if (!unreadable_.empty() && unreadable_.back().why == why && span.from - unreadable_.back().span.to <= kSameStretch)
    unreadable_.back().span.to = std::max(unreadable_.back().span.to, span.to);
  else
    unreadable_.push_back({span, why});
}

// What has neither pictures nor a cause.
std::vector<std::string> Missing::unknown() const {
  const auto now = context_.clock.trusted().hi;
  const auto since = storage::known_since(context_.storage.catalogue(), request_.source);
  auto all = accounted_;
  std::ranges::sort(all, {}, &Interval::from);
  std::vector<std::string> notes;
  std::size_t more = 0;
  const auto tell = [&](const Interval& hole) {
    if (hole.from >= hole.to || hole.to - hole.from < kWorthAWord) return;
    const bool coming = hole.to == std::min(request_.span.to, now) && now - hole.from < kStillComing;
    if (since && hole.to <= *since)
      notes.push_back("nothing is known of " + words(hole) + ": " + request_.source + " had not recorded yet, or no record of it is left");
    else if (notes.size() < kGapsNamed)
      notes.push_back("nothing is there of " + words(hole) + (coming ? ": it is not written yet" : ", and no cause is known"));
    else
      ++more;
  };
  auto at = request_.span.from;
  const auto end = std::min(request_.span.to, now);
  if (since && *since > at) {
    tell({at, std::min(*since, end)});
    at = std::min(*since, end);
  }
  for (const auto& span : all) {
    tell({at, std::min(span.from, end)});
    at = std::max(at, span.to);
  }
  tell({at, end});
  if (more > 0) notes.push_back("and " + std::to_string(more) + " more stretches of which nothing is there and no cause is known");
  return notes;
}

std::string Missing::nearest() const {
  const auto time = context_.clock.trusted();
  std::optional<Interval> best;
  Duration distance{};
  storage::SegmentQuery query;
  query.source = request_.source;
  query.calls = false;
  query.limit = 100'000;
  for (const auto& row : context_.storage.catalogue().segments(query)) {
    const bool readable = row.state == storage::State::live && (row.held || !storage::may_have_expired(row, time));
    if (!readable) continue;
    const auto away = row.span.to <= request_.span.from ? request_.span.from - row.span.to : row.span.from - request_.span.to;
    if (!best || away < distance) {
      best = row.span;
      distance = away;
    }
  }
  return best ? "the nearest is " + words(*best) : "there is no other recording of it";
}

Error Missing::nothing() const {
  const auto asked = "between " + to_rfc3339(request_.span.from) + " and " + to_rfc3339(request_.span.to);
  if (request_.span.from >= context_.clock.trusted().hi)
    return {ErrorKind::refused, "The span " + words(request_.span) + " is in the future: " + request_.source + " has not recorded it yet; " + nearest() + "."};
  if (!unreadable_.empty()) return {ErrorKind::refused, request_.source + " has nothing that may be read " + asked + ": " + unreadable_.back().why + "."};
  std::string text = request_.source + " has no recording " + asked;
  if (!deleted_.empty()) text += "; deleted: " + list(deleted_, request_.span);
  if (!gaps_.empty()) text += "; gaps: " + list(gaps_);
  return {ErrorKind::refused, text + "; " + nearest() + "."};
}

std::vector<std::string> Missing::notes(Instant end) const {
  std::vector<std::string> notes;
  for (const auto& one : unreadable_) {
    if (notes.size() == kGapsNamed) {
      notes.push_back("and " + std::to_string(unreadable_.size() - kGapsNamed) + " more stretches were left out for like reasons");
      break;
    }
    notes.push_back("left out " + words(one.span) + ": " + one.why);
  }
  if (!deleted_.empty()) notes.push_back("deleted: " + list(deleted_, request_.span));
  if (!gaps_.empty()) notes.push_back("not recorded: " + list(gaps_));
  std::ranges::move(unknown(), std::back_inserter(notes));
  if (request_.span.to > context_.clock.trusted().hi)
    notes.push_back("the span ends in the future: what is recorded so far ends at " + to_rfc3339(end));
  return notes;
}

}  // namespace tenure::disclosure
