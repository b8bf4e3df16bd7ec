#include "daemon/control/approval_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "daemon/control/rows.h"
#include "disclosure/promise_sentences.h"
#include "storage/people/full_name.h"
#include "storage/people/request_words.h"

namespace tenure::daemon {
namespace json = boost::json;
using disclosure::sentences::many;
using disclosure::sentences::size_text;

namespace {
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

// "12 recordings (3 of them calls; 1.2 GB)"
std::string amount(std::uint64_t recordings, std::uint64_t calls, std::uint64_t bytes) {
  const auto of_calls = calls == 0            ? std::string()
                        : calls == recordings ? "all calls; "
                                              : std::to_string(calls) + " of them calls; ";
  return many(recordings, "recording", "recordings") + " (" + of_calls + size_text(bytes) + ")";
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

std::string anchor_words(const std::string& anchor) { return anchor == "capture_start" ? "its start" : "its end"; }

std::string erasure(const json::object& subject) {
  return fmt::format("Erase {} of {}, from {} to {}, before the promised date. What is erased cannot be brought back.",
                     amount(count_of(subject, "recordings"), 0, count_of(subject, "bytes")),
                     text_of(subject, "sources"), second(text_of(subject, "from")), second(text_of(subject, "to")));
}

std::string lowering(const json::object& subject) {
  const auto back = Seconds(static_cast<std::int64_t>(count_of(subject, "back_seconds")));
  return fmt::format(
      "Set the trusted time back by {}; when this was asked the right time was {}. What was recorded while the "
      "time was in doubt is dated anew.",
      to_text(back), second(text_of(subject, "right_when_asked")));
}

// What a plan does, without its hash; empty of one that could not be read.
std::string plan_words(const std::string& plan) {
  const auto hash = plan.find(", sha256:");
  if (hash == std::string::npos) return {};
  const bool only_subject = plan.starts_with("mode subject");
  const auto from = plan.find(", ") + 2;
  return fmt::format("; {}; {}",
                     only_subject ? "only the person it is about is shown" : "everybody who moves is covered",
                     from < hash ? plan.substr(from, hash - from) : "");
}

bool is_open(const storage::Approval& approval) {
  return approval.state == storage::ApprovalState::waiting || approval.state == storage::ApprovalState::approved;
}

// What the words of a request depend on, of all that a reader may be allowed to see; the most telling first.
std::vector<Sight> sights_of(const storage::Approval& approval, const json::object& subject) {
  if (approval.act == "hold release") return {{.holds = true, .calls = true}, {.holds = true}, {}};
  const bool of_call = !text_of(subject, "call").empty();
  if (approval.act.starts_with("export ")) return {{.calls = of_call, .footage = !of_call}, {}};
  return {{}};
}

json::object subject_of(const storage::Approval& approval) {
  const auto parsed = json::parse(approval.subject);
  return parsed.is_object() ? parsed.get_object() : json::object();
}

// The first of what was kept that `sight` may read.
std::optional<std::string> kept_for(const Sight& sight, const std::string& kept) {
  const auto all = json::parse(kept);
  for (const auto& one : all.as_array()) {
    const auto may = [&](const char* what, bool has) { return has || !one.at(what).as_bool(); };
    if (may("holds", sight.holds) && may("calls", sight.calls) && may("footage", sight.footage))
      return std::string(one.at("what").as_string());
  }
  return std::nullopt;
}

std::string as_it_is(const storage::Approval& approval, const json::object& subject) {
  std::string all = approval.act;
  for (const auto& [name, value] : subject)
    all += fmt::format("{} {} {}", all == approval.act ? ":" : ",", std::string_view(name.data(), name.size()),
                       text_of(subject, name));
  return all;
}
}  // namespace

std::string ApprovalWords::name_of(const std::string& login) const {
  const auto person = rooms_.storage.people().find(login);
  return storage::full_name(person ? person->display : std::string(), login);
}

const storage::Hold* ApprovalWords::find_hold(const HoldId& id) {
  if (!holds_) holds_ = rooms_.storage.holds().list();
  const auto found = std::ranges::find(*holds_, id, &storage::Hold::id);
  return found == holds_->end() ? nullptr : &*found;
}

// Where that is granted for a case, none is named here: the login's counts.
bool ApprovalWords::may_find_calls() const {
  try {
    return rooms_.access.check(asker_, Action::find_calls) != Grant::second_person;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::refused) throw;
    return false;
  }
}

const Sight& ApprovalWords::sight() {
  if (!sight_)
    sight_ = Sight{rooms_.access.may(asker_, Action::see_holds), may_find_calls(),
                   rooms_.access.may(asker_, Action::find_footage)};
  return *sight_;
}

// Which calls a number or a group has is told to who may find calls; how many, too.
std::string ApprovalWords::kept_by(const HoldId& id, const Sight& sight) {
  if (!receipt_ || receipt_->hold.id != id) receipt_ = rooms_.storage.holds().show(id);
  const auto& receipt = *receipt_;
  const bool finds_calls = !receipt.hold.what.numbers.empty() || !receipt.hold.what.calls.empty();
  const bool hides_calls = finds_calls && !sight.calls;
  auto listed = receipt.segments;
  if (hides_calls) std::erase_if(listed, [](const storage::SegmentRow& row) { return row.kind == storage::Kind::calls; });
  const auto* hidden = hides_calls ? " The calls it keeps are told to who may find calls only." : "";
  const auto calls = hides_calls ? 0 : receipt.of_calls;
  const auto recordings = receipt.recordings - receipt.of_calls + calls;
  const auto bytes = receipt.bytes - receipt.bytes_of_calls + (hides_calls ? 0 : receipt.bytes_of_calls);
  if (recordings == 0) return hides_calls ? hidden : " It keeps no recording at this moment.";
  const bool all = receipt.segments.size() == receipt.recordings;
  return " It keeps " + amount(recordings, calls, bytes) +
         (listed.empty() ? "" : (all ? " of " : ", the oldest of ") + sources_and_span(listed)) + "." + hidden;
}

std::string ApprovalWords::hold_release(const std::string& named, bool counted, const Sight& sight) {
  const auto id = HoldId::parse(named);
  const auto* hold = id && sight.holds ? find_hold(*id) : nullptr;
  if (!hold) return "Release hold " + named + ".";
  return fmt::format(
      "Release the hold for \"{}\" (authority: {}; placed {} by {}).{} It counts for another 24 hours; then what is "
      "past its time is deleted.",
      hold->what.reason, hold->what.authority, second(hold->placed_at), name_of(hold->placed_by),
      counted ? kept_by(*id, sight) : "");
}

std::string ApprovalWords::policy_change(const json::object& subject, bool open) const {
  const auto cls = text_of(subject, "class");
  std::string out =
      fmt::format("Keep each recording of class {} for {} from {}", cls,
                  storage::period_in_words(text_of(subject, "period")), anchor_words(text_of(subject, "anchor")));
  for (const auto& now : rooms_.storage.catalogue().policy())
    if (open && now.cls == cls)  // later it may be this change that is in force
      out += fmt::format(" instead of {} from {}", storage::period_in_words(to_string(now.period)),
                         now.anchor == config::Anchor::capture_start ? "its start" : "its end");
  out += ", from " + second(text_of(subject, "effective_at")) + " on.";
  const auto due = count_of(subject, "falls_due");
  if (due == 0) return out + " No recording that is kept now falls due then because of it.";
  return out +
         fmt::format(" What then falls due and is deleted, but for what a hold keeps: {}, recorded from {} to {}.",
                     amount(due, count_of(subject, "falls_due_calls"), count_of(subject, "falls_due_bytes")),
                     second(text_of(subject, "oldest")), second(text_of(subject, "newest")));
}

// Its times as they are bound: who asked must write them out.
std::string ApprovalWords::footage_of(const json::object& subject, bool counted, const Sight& sight) const {
  const auto source = text_of(subject, "source");
  auto out = fmt::format("of {} from {} to {}", source, text_of(subject, "from"), text_of(subject, "to"));
  const auto from = parse_rfc3339(text_of(subject, "from")), to = parse_rfc3339(text_of(subject, "to"));
  if (!counted || !from || !to || !rooms_.sweep().first_done || !sight.footage) return out;
  const storage::SegmentQuery query{
      .source = source, .cls = {}, .span = Interval{*from, *to}, .id = {}, .limit = 100'000};  // what an export takes
  std::uint64_t recordings = 0, bytes = 0;
  for (const auto& row : rooms_.storage.catalogue().segments(query)) {
    if (row.state != storage::State::live) continue;  // what is lost, or has no end yet, does not leave
    ++recordings;
    bytes += row.bytes;
  }
  return out + ": " + amount(recordings, 0, bytes);
}

std::string ApprovalWords::call_of(const std::string& id, const Sight& sight) const {
  storage::SegmentQuery query;
  query.id = SegmentId::parse(id);
  if (!query.id || !rooms_.sweep().first_done || !sight.calls) return id;
  const auto rows = rooms_.storage.catalogue().segments(query);
  return rows.empty() ? id : id + ", " + sources_and_span(rows);
}

std::string ApprovalWords::export_of(const std::string& act, const json::object& subject, bool counted,
                                     const Sight& sight) const {
  const auto call = text_of(subject, "call");
  const auto what = call.empty() ? "the footage " + footage_of(subject, counted, sight)
                                 : "the recording of call " + call_of(call, sight);
  if (act == "export redacted") return "Hand out, redacted, " + what + plan_words(text_of(subject, "plan")) + ".";
  return "Hand out " + what + ", as it was recorded.";
}

std::string ApprovalWords::detail_of(const std::string& entry) const {
  const auto number = entry.size() < 19 && !entry.empty() && entry.find_first_not_of("0123456789") == std::string::npos
                          ? std::stoull(entry)
                          : 0;
  const auto found = rooms_.storage.catalogue().ledger(number, 1);
  const bool known = !found.empty() && found.front().number == number;
  return fmt::format("Erase who and why of entry {} of the ledger{}. That cannot be undone.", entry,
                     known ? " (" + found.front().act + " of " + second(found.front().at) + ")" : "");
}

std::string ApprovalWords::what(const storage::Approval& approval, bool counted) {
  if (!is_open(approval))
    if (const auto kept = storage::request_words(rooms_.storage.catalogue(), approval.id))
      if (const auto text = kept_for(sight(), *kept)) return *text;
  return sentences(approval, counted, sight());
}

std::string ApprovalWords::sentences(const storage::Approval& approval, bool counted, const Sight& sight) {
  const bool open = is_open(approval);
  const auto subject = subject_of(approval);
  const auto& act = approval.act;
  if (act == "hold release")
    return open ? hold_release(text_of(subject, "id"), counted, sight) : "Release hold " + text_of(subject, "id") + ".";
  if (act == "erase") return erasure(subject);
  if (act == "policy change") return policy_change(subject, open);
  if (act == "sweep approve")
    return "Let the sweep delete what it stopped and asked about, of class " + text_of(subject, "class") + ": " +
           text_of(subject, "recordings") + ".";
  if (act.starts_with("export ")) return export_of(act, subject, counted && open, sight);
  if (act == "time lower") return lowering(subject);
  if (act == "time confirm") return "Confirm that the right time is " + text_of(subject, "time") + ".";
  if (act == "user disable")
    return "End every login of " + name_of(text_of(subject, "name")) + ", and let in no new one.";
  if (act == "ledger erase-detail") return detail_of(text_of(subject, "entry"));
  return as_it_is(approval, subject);
}

std::string ApprovalWords::as_read_now(const storage::Approval& approval) {
  json::array all;
  for (const auto& sight : sights_of(approval, subject_of(approval)))
    all.push_back({{"holds", sight.holds}, {"calls", sight.calls}, {"footage", sight.footage},
                   {"what", sentences(approval, /*counted=*/true, sight)}});
  return json::serialize(all);
}

// The request stands whatever happens here.
void ApprovalWords::keep(const storage::ApprovalId& id, const std::string& as_read) {
  try {
    storage::keep_request_words(rooms_.storage.catalogue(), id, as_read);
  } catch (const Error& error) {
    log_warning("event=request-words-not-kept approval={} cause=\"{}\"", id.text(), error.what());
  }
}

json::object ApprovalWords::row_of_new(const storage::Approval& asked) {
  keep(asked.id, as_read_now(asked));
  return row(asked);
}

json::object ApprovalWords::row(const storage::Approval& approval, bool counted) {
  auto out = daemon::row(approval);
  out["what"] = what(approval, counted);
  out["asked_by_name"] = name_of(approval.asked_by);
  out["decided_by_name"] = name_of(approval.decided_by);
  return out;
}

}  // namespace tenure::daemon
