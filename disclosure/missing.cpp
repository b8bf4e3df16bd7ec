#include "disclosure/missing.h"

#include <algorithm>

namespace tenure::disclosure {

namespace {
constexpr std::size_t kGapsNamed = 5;

std::string words(const Interval& span) { return to_rfc3339(span.from) + " to " + to_rfc3339(span.to); }

std::string list(const std::vector<storage::Gap>& gaps) {
  std::string text;
  for (std::size_t i = 0; i < gaps.size() && i < kGapsNamed; ++i)
    text += (i == 0 ? "" : "; ") + words(gaps[i].span) + " (" + gaps[i].cause + ")";
  if (gaps.size() > kGapsNamed) text += "; and " + std::to_string(gaps.size() - kGapsNamed) + " more";
  return text;
}
}  // namespace

Missing::Missing(const ExportContext& context, const SpanRequest& request)
    : context_(context), request_(request), gaps_(context.storage.catalogue().gaps(request.source, request.span)) {}

void Missing::unreadable(const storage::SegmentRow& row, const std::string& why) {
  unreadable_.push_back(row);
  why_ = why;
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
  if (!unreadable_.empty()) return {ErrorKind::refused, request_.source + " has nothing that may be read " + asked + ": " + why_};
  std::string text = request_.source + " has no recording " + asked;
  if (!gaps_.empty()) text += "; gaps: " + list(gaps_);
  return {ErrorKind::refused, text + "; " + nearest() + "."};
}

std::vector<std::string> Missing::notes(Instant end) const {
  std::vector<std::string> notes;
  for (const auto& row : unreadable_) {
    if (notes.size() == kGapsNamed) {
      notes.push_back("and " + std::to_string(unreadable_.size() - kGapsNamed) + " more segments were left out for like reasons");
      break;
    }
    notes.push_back("left out " + words(row.span) + ": it has expired or may not be read");
  }
  if (!unreadable_.empty()) notes.push_back("the reason for the last of them: " + why_);
  if (!gaps_.empty()) notes.push_back("not recorded: " + list(gaps_));
  if (request_.span.to > context_.clock.trusted().hi)
    notes.push_back("the span ends in the future: what is recorded so far ends at " + to_rfc3339(end));
  return notes;
}

}  // namespace tenure::disclosure
