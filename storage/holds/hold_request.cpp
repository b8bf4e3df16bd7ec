#include "storage/holds/hold_request.h"

#include "base/error.h"
#include "base/log.h"
#include "storage/calls/numbers.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kMostSpans = 1'000, kMostNumbers = 1'000, kMostCalls = 10'000;
constexpr std::size_t kLongestReason = 2'000, kLongestAuthority = 200;
constexpr std::size_t kFewestDigits = 2;
constexpr auto kLongestSpan = std::chrono::days(3653);
constexpr auto kLatestReview = std::chrono::days(36525);

[[noreturn]] void refuse(const std::string& field, const std::string& text) {
  throw Error(ErrorKind::usage, field + ": " + text);
}

void check_count(const std::string& field, std::size_t count, std::size_t most) {
  if (count > most) refuse(field, "at most " + std::to_string(most) + " in one hold, not " + std::to_string(count) + ".");
}

void check_span(const HoldSpan& span, Instant now) {
  if (span.source.empty()) refuse("source", "names no camera or call folder.");
  if (span.span.empty())
    refuse("from, to", "the span of " + span.source + " from " + to_rfc3339(span.span.from) + " to " +
                           to_rfc3339(span.span.to) + " is empty: `to` must be later than `from`.");
  if (is_open(span) ? span.span.from < now - kLongestSpan : span.span.length() > kLongestSpan)
    refuse("from, to", "the span of " + span.source + " is over ten years: name a shorter one.");
}
}  // namespace

void check_hold_text(const std::string& field, const std::string& text, std::size_t most) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) refuse(field, "is required.");
  if (text.size() > most) refuse(field, "is over " + std::to_string(most) + " characters.");
}

void check_hold_review(const std::optional<Instant>& review, Instant now) {
  if (!review) refuse("review", "a date to review the hold is required.");
  if (*review <= now) refuse("review", to_rfc3339(*review) + " is not in the future.");
  if (*review > now + kLatestReview) refuse("review", to_rfc3339(*review) + " is over a hundred years ahead.");
}

void check_hold_request(const HoldRequest& request, Instant now) {
  check_hold_text("reason", request.reason, kLongestReason);
  check_hold_text("authority", request.authority, kLongestAuthority);
  check_hold_review(request.review, now);
  if (request.spans.empty() && request.numbers.empty() && request.calls.empty())
    refuse("source, number, call", "a hold names at least one of them.");
  check_count("source", request.spans.size(), kMostSpans);
  check_count("number", request.numbers.size(), kMostNumbers);
  check_count("call", request.calls.size(), kMostCalls);
  for (const auto& span : request.spans) check_span(span, now);
  for (const auto& number : request.numbers) {
    if (!whole_number_token(Key{}, number))
      refuse("number", "one of the numbers is no telephone number: write it like 07700 900123 or +44 7700 900123.");
    // A slip, and nobody's number: it may be named.
    if (digits_of(number).size() < kFewestDigits)
      refuse("number", "\"" + log_safe(number) + "\" has too few digits: even an extension has " + std::to_string(kFewestDigits) + ".");
  }
}

}  // namespace tenure::storage
