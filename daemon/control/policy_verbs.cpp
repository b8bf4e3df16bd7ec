// policy show, preview, change, cancel: how long what is kept, in its versions (I10).
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/log.h"
#include "daemon/control/approval_words.h"
#include "daemon/control/rows.h"
#include "daemon/control/verbs.h"
#include "storage/people/approval_difference.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
using storage::PolicyChanges, storage::PolicyPreview, storage::PolicyWish;

const char* text_of(config::Anchor anchor) { return anchor == config::Anchor::capture_start ? "capture_start" : "capture_end"; }

Period period_in(std::string_view text) {
  const auto period = parse_period(text);
  if (!period)
    throw Error(ErrorKind::usage, fmt::format("period: \"{}\" is zero, negative, too long or no period; it must be an ISO 8601 period, "
                                              "for example P28D or P3Y", log_safe(text)));
  return *period;
}

config::Anchor anchor_in(std::string_view text) {
  if (text == "capture_end") return config::Anchor::capture_end;
  if (text == "capture_start") return config::Anchor::capture_start;
  throw Error(ErrorKind::usage, fmt::format("anchor: \"{}\" must be capture_end or capture_start", log_safe(text)));
}

std::vector<storage::PolicyProposal> proposals_of(const Call& call) {
  return storage::policy_proposals(call.rooms.storage.catalogue().policy(), call.rooms.settings()->classes);
}

// What the settings file says that is not in force; of `cls`, or of all.
std::vector<PolicyWish> from_settings(const Call& call, const std::optional<std::string>& cls) {
  if (call.args.has("period") || call.args.has("anchor"))
    throw Error(ErrorKind::usage, "from_settings: takes the period from the settings file; leave --period and --anchor out");
  std::vector<PolicyWish> wishes;
  for (const auto& proposal : proposals_of(call))
    if (proposal.wish && (!cls || proposal.wish->cls == *cls)) wishes.push_back(*proposal.wish);
  if (wishes.empty())
    throw Error(ErrorKind::not_found, "from_settings: the settings file says what is in force" + (cls ? " for class " + log_safe(*cls) : "") +
                                          "; after a change of the file send tenured a SIGHUP");
  return wishes;
}

std::vector<PolicyWish> wishes_of(const Call& call) {
  const auto cls = call.args.text("class");
  if (call.args.flag("from_settings")) return from_settings(call, cls);
  PolicyWish wish{call.args.need("class"), period_in(call.args.need("period")), config::Anchor::capture_end};
  const auto anchor = call.args.text("anchor");
  for (const auto& row : call.rooms.storage.catalogue().policy())
    if (row.cls == wish.cls) wish.anchor = row.anchor;
  if (anchor) wish.anchor = anchor_in(*anchor);
  return {wish};
}

PolicyWish one_wish(const Call& call) {
  const auto wishes = wishes_of(call);
  if (wishes.size() > 1) throw Error(ErrorKind::usage, "class: the settings differ for several classes; change one after the other");
  return wishes.front();
}

json::object row(const storage::Tally& tally) {
  return {{"recordings", tally.recordings}, {"calls", tally.calls}, {"bytes", tally.bytes},
          {"oldest", time_or_null(tally.oldest)}, {"newest", time_or_null(tally.newest)}};
}

json::object row(const PolicyPreview& preview) {
  return {{"class", preview.wish.cls}, {"period", to_string(preview.wish.period)}, {"anchor", text_of(preview.wish.anchor)},
          {"now", daemon::row(preview.now)}, {"shortens", preview.shortens}, {"effective_at", to_rfc3339(preview.effective_at)},
          {"as_of", to_rfc3339(preview.as_of)}, {"falls_due", row(preview.falls_due)}, {"goes", row(preview.goes)},
          {"held", row(preview.held)}, {"sooner", row(preview.sooner)}, {"anyway", row(preview.anyway)},
          {"anyway_held", row(preview.anyway_held)}, {"preview", preview.token}};
}

json::value show(const Call& call) {
  call.args.only({});
  std::vector<std::string> proposals;
  for (const auto& proposal : proposals_of(call)) proposals.push_back(proposal.text);
  auto& policy = call.rooms.storage.policy();
  return json::object{{"classes", rows(call.rooms.storage.catalogue().policy())}, {"waiting", rows(policy.waiting())},
                      {"versions", rows(policy.versions())}, {"proposals", texts(proposals)},
                      {"trial", call.rooms.settings()->storage.trial}};
}

json::value preview(const Call& call) {
  call.args.only({"class", "period", "anchor", "effective", "from_settings"});
  const auto effective = call.args.time("effective");
  json::array all;
  for (const auto& wish : wishes_of(call)) {
    const auto shown = call.rooms.storage.policy().preview(wish, effective);
    auto one = row(shown);
    one["at_once"] = !shown.shortens && !effective;
    all.push_back(std::move(one));
  }
  return all;
}

// The act that was approved, as it was approved.
json::value change_approved(const Call& call, const std::string& named) {
  const auto id = storage::ApprovalId::parse(named);
  if (!id) throw Error(ErrorKind::usage, fmt::format("approval: \"{}\" is not an id (32 hexadecimal digits)", log_safe(named)));
  const auto approval = call.rooms.storage.approvals().show(*id);
  if (approval.act != PolicyChanges::kAct) throw Error(ErrorKind::refused, "That request is for another act: " + approval.act + ".");
  const auto subject = json::parse(approval.subject).as_object();
  const auto text = [&](const char* name) { return std::string(subject.at(name).as_string()); };
  const PolicyWish wish{text("class"), period_in(text("period")), anchor_in(text("anchor"))};
  const bool other = (call.args.has("class") && call.args.need("class") != wish.cls) ||
                     (call.args.has("period") && period_in(call.args.need("period")) != wish.period) ||
                     (call.args.has("preview") && call.args.need("preview") != text("preview"));
  if (other) {
    auto named_now = subject;
    for (const auto* name : {"class", "period", "preview"})
      if (const auto given = call.args.text(name)) named_now[name] = *given;
    throw Error(ErrorKind::refused, "approval: that request is not for this: " +
                                        storage::difference_in_words(approval.subject, json::serialize(named_now)));
  }
  const auto reason = call.args.text("reason").value_or(approval.reason);  // another one is refused
  return daemon::row(call.rooms.storage.policy().change(wish, text("preview"), reason, call.actor, id));
}

// Where nobody else could approve it, a shorter period waits a day for that, and from then on the day it always waits: a
// request that cannot be used is not left waiting.
void check_in_time(const Call& call, const PolicyPreview& shown, const storage::Approval& asked) {
  if (!asked.earliest) return;
  const auto first = *asked.earliest + PolicyChanges::kNotice;
  if (!shown.shortens || shown.effective_at >= first) return;
  call.rooms.storage.approvals().refuse(asked.id, "it would take effect before it may be used", call.actor);
  throw Error(ErrorKind::refused,
              fmt::format("Nobody else could approve this, so it would wait until {}, and a shorter period takes effect 24 hours "
                          "after that at the earliest: preview it again, with --effective {} or later.",
                          to_rfc3339(*asked.earliest), to_rfc3339(std::chrono::ceil<std::chrono::hours>(first + std::chrono::hours(1)))));
}

json::value change(const Call& call) {
  call.args.only({"class", "period", "anchor", "preview", "from_settings", "reason", "approval"});
  if (const auto approval = call.args.text("approval")) return change_approved(call, *approval);
  const auto wish = one_wish(call);
  const auto token = call.args.text("preview").value_or("");
  const auto reason = call.args.need("reason");
  auto& policy = call.rooms.storage.policy();
  // A longer period stands when the rights say that one person may; a shorter one never does.
  const bool alone = call.rooms.access.check(call.asker, Action::change_policy, call.case_reference) == Grant::yes;
  const auto shown = token.empty() ? policy.preview(wish) : policy.preview_again(wish, token);
  if (!shown.shortens && alone) return daemon::row(policy.change(wish, token, reason, call.actor));
  if (shown.shortens && token.empty())
    throw Error(ErrorKind::usage, fmt::format("preview: this makes {} recordings fall due; look at it first (tenure policy preview {} --period "
                                              "{}), and give the --preview that it prints", shown.falls_due.recordings, wish.cls, to_string(wish.period)));
  const auto asked = call.rooms.storage.approvals().ask(PolicyChanges::kAct, storage::approval_subject(shown), reason, call.actor);
  check_in_time(call, shown, asked);
  return json::object{{"state", "waiting"}, {"approval", ApprovalWords(call.rooms, call.asker).row_of_new(asked)}, {"preview", row(shown)}};
}

json::value cancel(const Call& call) {
  call.args.only({"class", "reason"});
  return daemon::row(call.rooms.storage.policy().cancel(call.args.need("class"), call.args.need("reason"), call.actor));
}
}  // namespace

json::object row(const storage::PolicyVersion& version) {
  return {{"version", version.number}, {"class", version.promise.cls}, {"period", to_string(version.promise.period)},
          {"anchor", text_of(version.promise.anchor)}, {"state", storage::to_string(version.state)},
          {"asked_at", to_rfc3339(version.asked_at)}, {"asked_by", version.asked_by}, {"reason", version.reason},
          {"approval", version.approval}, {"effective_at", to_rfc3339(version.effective_at)},
          {"in_force_at", time_or_null(version.in_force_at)}, {"brought_forward", version.dated},
          {"cancelled_at", time_or_null(version.cancelled_at)}, {"cancelled_by", version.cancelled_by}, {"cancel_reason", version.cancel_reason}};
}

void add_policy_verbs(std::vector<Verb>& table) {
  table.push_back({"policy show", false, show, {}, Action::reports});
  table.push_back({"policy preview", false, preview, {}, Action::reports});
  Verb two_persons{PolicyChanges::kAct, false, change, {}, Action::change_policy};
  two_persons.asks_itself = true;
  table.push_back(two_persons);
  Verb one_person{"policy cancel", false, cancel, {}, Action::change_policy};
  one_person.asks_itself = true;  // and never does: it takes nothing away
  table.push_back(one_person);
}

}  // namespace tenure::daemon
