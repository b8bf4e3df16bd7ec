#include "daemon/control/approval_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/error.h"
#include "base/log.h"
#include "daemon/control/request_text.h"
#include "daemon/control/rows.h"
#include "storage/holds/named_calls.h"
#include "storage/people/full_name.h"
#include "storage/people/request_words.h"

namespace tenure::daemon {
namespace json = boost::json;
using namespace request_text;

namespace {
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

// The first of what was kept that `sight` may read.
std::optional<RequestWords> kept_for(const Sight& sight, const std::string& kept) {
  const auto all = json::parse(kept);
  for (const auto& one : all.as_array()) {
    const auto may = [&](const char* what, bool has) { return has || !one.at(what).as_bool(); };
    if (may("holds", sight.holds) && may("calls", sight.calls) && may("footage", sight.footage))
      return RequestWords{text_of(one.as_object(), "what"), text_of(one.as_object(), "amount")};
  }
  return std::nullopt;
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
RequestWords ApprovalWords::kept_by(const HoldId& id, const Sight& sight) {
  if (!receipt_ || receipt_->hold.id != id) {
    receipt_ = rooms_.storage.holds().show(id);
    storage::leave_out_footage(rooms_.storage.catalogue(), receipt_->hold);
  }
  const auto& receipt = *receipt_;
  const bool finds_calls = !receipt.hold.what.numbers.empty() || !receipt.hold.what.calls.empty();
  const bool hides_calls = finds_calls && !sight.calls;
  auto listed = receipt.segments;
  if (hides_calls)
    std::erase_if(listed, [](const storage::SegmentRow& row) { return row.kind == storage::Kind::calls; });
  const auto* hidden = hides_calls ? " The calls it keeps are told to who may find calls only." : "";
  const auto calls = hides_calls ? 0 : receipt.of_calls;
  const auto recordings = receipt.recordings - receipt.of_calls + calls;
  const auto bytes = receipt.bytes - receipt.bytes_of_calls + (hides_calls ? 0 : receipt.bytes_of_calls);
  const auto told = amount(recordings, calls, bytes);
  if (recordings == 0 && hides_calls) return {hidden, "calls, not counted"};
  if (recordings == 0) return {" It keeps no recording at this moment.", told};
  const bool all = receipt.segments.size() == receipt.recordings;
  return {" It keeps " + told + (listed.empty() ? "" : (all ? " of " : ", the oldest of ") + sources_and_span(listed)) +
              "." + hidden,
          told + (hides_calls ? " and calls, not counted" : "")};
}

RequestWords ApprovalWords::hold_release(const std::string& named, bool counted, const Sight& sight) {
  const auto id = HoldId::parse(named);
  const auto* hold = id && sight.holds ? find_hold(*id) : nullptr;
  if (!hold) return {"Release hold " + named + ".", ""};
  const auto kept = counted ? kept_by(*id, sight) : RequestWords{};
  return {fmt::format(
              "Release the hold for \"{}\" (authority: {}; placed {} by {}).{} It counts for another 24 hours; then "
              "what is past its time is deleted.",
              hold->what.reason, hold->what.authority, second(hold->placed_at), name_of(hold->placed_by), kept.what),
          kept.amount};
}

// Of one that counts no more it may be this change that is in force.
std::optional<storage::PolicyRow> ApprovalWords::policy_in_force(const std::string& cls) const {
  for (const auto& row : rooms_.storage.catalogue().policy())
    if (row.cls == cls) return row;
  return std::nullopt;
}

std::string ApprovalWords::amount_of_footage(const json::object& subject) const {
  const auto from = parse_rfc3339(text_of(subject, "from")), to = parse_rfc3339(text_of(subject, "to"));
  if (!from || !to || !rooms_.sweep().first_done) return {};
  const storage::SegmentQuery query{.source = text_of(subject, "source"),
                                    .cls = {},
                                    .span = Interval{*from, *to},
                                    .id = {},
                                    .limit = 100'000};  // what an export takes
  std::uint64_t recordings = 0, bytes = 0;
  for (const auto& row : rooms_.storage.catalogue().segments(query)) {
    if (row.state != storage::State::live) continue;  // what is lost, or has no end yet, does not leave
    ++recordings;
    bytes += row.bytes;
  }
  return amount(recordings, 0, bytes);
}

std::string ApprovalWords::call_of(const std::string& id, const Sight& sight) const {
  storage::SegmentQuery query;
  query.id = SegmentId::parse(id);
  if (!query.id || !rooms_.sweep().first_done || !sight.calls) return id;
  const auto rows = rooms_.storage.catalogue().segments(query);
  return rows.empty() ? id : id + ", " + sources_and_span(rows);
}

// Its times as they are bound: who asked must write them out.
RequestWords ApprovalWords::export_of(const std::string& act, const json::object& subject, bool counted,
                                      const Sight& sight) const {
  const auto call = text_of(subject, "call");
  const auto counts = call.empty() && counted && sight.footage ? amount_of_footage(subject) : std::string();
  const auto what =
      !call.empty() ? "the recording of call " + call_of(call, sight)
                    : fmt::format("the footage of {} from {} to {}{}{}", text_of(subject, "source"),
                                  text_of(subject, "from"), text_of(subject, "to"), counts.empty() ? "" : ": ", counts);
  const auto told = call.empty() ? counts : bound_amount(act, subject);
  if (act == "export redacted")
    return {"Hand out, redacted, " + what + plan_words(text_of(subject, "plan")) + ".", told};
  return {"Hand out " + what + ", as it was recorded.", told};
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

std::optional<RequestWords> ApprovalWords::kept_words(const storage::ApprovalId& id) {
  const auto kept = storage::request_words(rooms_.storage.catalogue(), id);
  return kept ? kept_for(sight(), *kept) : std::nullopt;
}

RequestWords ApprovalWords::words(const storage::Approval& approval, bool counted) {
  const bool open = is_open(approval);
  if (!open)
    if (auto kept = kept_words(approval.id)) return *std::move(kept);
  auto now = as_things_are(approval, counted, sight());
  if (!open || counted || !now.amount.empty()) return now;
  // A list counts nothing: a hold may keep a whole archive.
  const bool approved = approval.state == storage::ApprovalState::approved;
  if (const auto kept = kept_words(approval.id); kept && !kept->amount.empty())
    now.amount = kept->amount + (approved ? ", when approved" : ", when asked");
  return now;
}

RequestWords ApprovalWords::as_things_are(const storage::Approval& approval, bool counted, const Sight& sight) {
  const bool open = is_open(approval);
  const auto subject = subject_of(approval);
  const auto& act = approval.act;
  if (act == "hold release" && open) return hold_release(text_of(subject, "id"), counted, sight);
  if (act.starts_with("export ")) return export_of(act, subject, counted && open, sight);
  return {sentence_of(approval, subject), bound_amount(act, subject)};
}

std::string ApprovalWords::sentence_of(const storage::Approval& approval, const json::object& subject) const {
  const auto& act = approval.act;
  if (act == "hold release") return "Release hold " + text_of(subject, "id") + ".";
  if (act == "erase") return erasure(subject);
  if (act == "policy change")
    return policy_change(subject, is_open(approval) ? policy_in_force(text_of(subject, "class")) : std::nullopt);
  if (act == "sweep approve")
    return "Let the sweep delete what it stopped and asked about, of class " + text_of(subject, "class") + ": " +
           bound_amount(act, subject) + ".";
  if (act == "time lower") return lowering(subject);
  if (act == "time confirm") return "Confirm that the right time is " + text_of(subject, "time") + ".";
  if (act == "user disable")
    return "End every login of " + name_of(text_of(subject, "name")) + ", and let in no new one.";
  if (act == "ledger erase-detail") return detail_of(text_of(subject, "entry"));
  return as_it_is(approval, subject);
}

std::string ApprovalWords::as_read_now(const storage::Approval& approval) {
  json::array all;
  for (const auto& sight : sights_of(approval, subject_of(approval))) {
    const auto read = as_things_are(approval, /*counted=*/true, sight);
    all.push_back({{"holds", sight.holds},
                   {"calls", sight.calls},
                   {"footage", sight.footage},
                   {"what", read.what},
                   {"amount", read.amount}});
  }
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
  const auto read = words(approval, counted);
  out["what"] = read.what;
  out["amount"] = read.amount;
  out["asked_by_name"] = name_of(approval.asked_by);
  out["decided_by_name"] = name_of(approval.decided_by);
  return out;
}

}  // namespace tenure::daemon
