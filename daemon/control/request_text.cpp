#include "daemon/control/request_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <set>

#include "disclosure/promise_sentences.h"
#include "storage/people/full_name.h"
#include "storage/policy/promise.h"

namespace tenure::daemon::request_text {
namespace json = boost::json;
using disclosure::sentences::many;
using disclosure::sentences::size_text;

namespace {
std::string anchor_words(config::Anchor anchor) {
  return anchor == config::Anchor::capture_start ? "its start" : "its end";
}
config::Anchor anchor_of(const json::object& subject) {
  return text_of(subject, "anchor") == "capture_start" ? config::Anchor::capture_start : config::Anchor::capture_end;
}

// "for 14 days from its end instead of 28 days from its end"
std::string how_long(const json::object& subject, const std::optional<storage::PolicyRow>& now) {
  auto out = fmt::format("for {} from {}", storage::period_in_words(text_of(subject, "period")),
                         anchor_words(anchor_of(subject)));
  if (!now) return out;
  return out + fmt::format(" instead of {} from {}", storage::period_in_words(to_string(now->period)),
                           anchor_words(now->anchor));
}

// Then no date changes of what is there: it counts for what is recorded from then on (I10).
bool only_lengthens(const json::object& subject, const storage::PolicyRow& now) {
  const auto period = parse_period(text_of(subject, "period"));
  return period && storage::never_shorter({now.period, now.anchor}, {*period, anchor_of(subject)});
}
}  // namespace

json::object subject_of(const storage::Approval& approval) {
  const auto parsed = json::parse(approval.subject);
  return parsed.is_object() ? parsed.get_object() : json::object();
}

std::string text_of(const json::object& subject, std::string_view name) {
  const auto* value = subject.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::uint64_t count_of(const json::object& subject, std::string_view name) {
  const auto text = text_of(subject, name);
  const bool is_number = !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? std::stoull(text) : 0;
}

std::string second(Instant at) { return to_rfc3339(std::chrono::floor<Seconds>(at)); }
std::string second(const std::string& at) {
  const auto time = parse_rfc3339(at);
  return time ? second(*time) : at;
}

std::string amount(std::uint64_t recordings, std::uint64_t calls, std::uint64_t bytes) {
  const auto of_calls = calls == 0            ? std::string()
                        : calls == recordings ? "all calls; "
                                              : std::to_string(calls) + " of them calls; ";
  return many(recordings, "recording", "recordings") + " (" + of_calls + size_text(bytes) + ")";
}

std::string bound_amount(const std::string& act, const json::object& subject) {
  if (act == "erase") return amount(count_of(subject, "recordings"), 0, count_of(subject, "bytes"));
  if (act == "policy change")
    return amount(count_of(subject, "falls_due"), count_of(subject, "falls_due_calls"),
                  count_of(subject, "falls_due_bytes"));
  if (act == "sweep approve") return text_of(subject, "recordings");
  return act.starts_with("export ") && !text_of(subject, "call").empty() ? "1 call" : "";
}

std::string sources_and_span(const std::vector<storage::SegmentRow>& rows) {
  std::set<std::string> sources;
  auto span = rows.front().span;
  for (const auto& row : rows) {
    sources.insert(row.source);
    span = {std::min(span.from, row.span.from), std::max(span.to, row.span.to)};
  }
  return fmt::format("{}, from {} to {}", fmt::join(sources, ", "), second(span.from), second(span.to));
}

std::string erasure(const json::object& subject) {
  return fmt::format("Erase {} of {}, from {} to {}, before the promised date. What is erased cannot be brought back.",
                     bound_amount("erase", subject), text_of(subject, "sources"), second(text_of(subject, "from")),
                     second(text_of(subject, "to")));
}

std::string policy_change(const json::object& subject, const std::optional<storage::PolicyRow>& now) {
  const auto cls = text_of(subject, "class"), effective = second(text_of(subject, "effective_at"));
  if (now && only_lengthens(subject, *now))
    return fmt::format(
        "Keep what is recorded of class {} once this is in force, from {} at the earliest, {}. What is "
        "there by then is kept no longer than it was promised.",
        cls, effective, how_long(subject, now));
  const auto out = fmt::format(
      "Keep each recording of class {} {}, from {} on; what is there already, no longer than "
      "it was promised.",
      cls, how_long(subject, now), effective);
  if (count_of(subject, "falls_due") == 0) return out + " No recording that is kept now falls due then because of it.";
  return out +
         fmt::format(" What then falls due and is deleted, but for what a hold keeps: {}, recorded from {} to {}.",
                     bound_amount("policy change", subject), second(text_of(subject, "oldest")),
                     second(text_of(subject, "newest")));
}

std::string lowering(const json::object& subject) {
  const auto back = Seconds(static_cast<std::int64_t>(count_of(subject, "back_seconds")));
  return fmt::format(
      "Set the trusted time back by {}; when this was asked the right time was {}. What was recorded while the "
      "time was in doubt is dated anew.",
      to_text(back), second(text_of(subject, "right_when_asked")));
}

std::string plan_words(const std::string& plan) {
  const auto hash = plan.find(", sha256:");
  if (hash == std::string::npos) return {};
  const bool only_subject = plan.starts_with("mode subject");
  const auto from = plan.find(", ") + 2;
  return fmt::format("; {}; {}",
                     only_subject ? "only the person it is about is shown" : "everybody who moves is covered",
                     from < hash ? plan.substr(from, hash - from) : "");
}

std::string as_it_is(const storage::Approval& approval, const json::object& subject) {
  std::string all = approval.act;
  for (const auto& [name, value] : subject)
    all += fmt::format("{} {} {}", all == approval.act ? ":" : ",", std::string_view(name.data(), name.size()),
                       text_of(subject, name));
  return all;
}

}  // namespace tenure::daemon::request_text
