// approvals list, show, approve, refuse: what waits for a second person.
#include "base/log.h"
#include "daemon/control/approval_words.h"
#include "daemon/control/verbs.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
constexpr std::uint64_t kUsual = 100, kMost = 1000;

storage::ApprovalId id_of(const Call& call) {
  const auto text = call.args.need("id", 64);
  const auto id = storage::ApprovalId::parse(text);
  if (!id)
    throw Error(ErrorKind::usage, fmt::format("id: \"{}\" is not an id (32 hexadecimal digits)", log_safe(text)));
  return *id;
}

// Their own, what they could decide on, and all of them with the right to reports.
bool may_see(const Call& call, const storage::Approval& approval) {
  if (call.may(Action::reports)) return true;
  if (approval.asked_by == call.actor.name && approval.asked_person == call.actor.person) return true;
  const auto action = action_of(approval);
  return action && call.may(*action);
}

json::value list(const Call& call) {
  call.args.only({"limit"});
  const auto most = call.args.number("limit", kUsual, kMost);
  auto all = call.rooms.storage.approvals().list(kMost);
  std::erase_if(all, [&](const auto& approval) { return !may_see(call, approval); });
  if (all.size() > most) all.resize(most);
  ApprovalWords words(call.rooms, call.asker);
  json::array shown;
  for (const auto& approval : all) shown.push_back(words.row(approval, /*counted=*/false));
  return shown;
}

json::value show(const Call& call) {
  call.args.only({"id"});
  const auto approval = call.rooms.storage.approvals().show(id_of(call));
  if (!may_see(call, approval)) call.need(Action::reports);
  return ApprovalWords(call.rooms, call.asker).row(approval);
}

// What was read of it stays with it, though the act may change or remove what it speaks of.
json::value decide(const Call& call, const std::function<storage::Approval(const storage::ApprovalId&)>& decision) {
  const auto id = id_of(call);
  ApprovalWords words(call.rooms, call.asker);
  const auto read = words.as_read_now(call.rooms.storage.approvals().show(id));
  const auto decided = decision(id);
  words.keep(id, read);
  return words.row(decided);
}

json::value approve(const Call& call) {
  call.args.only({"id"});
  return decide(call, [&](const storage::ApprovalId& id) { return call.rooms.storage.approvals().approve(id, call.actor); });
}

json::value refuse(const Call& call) {
  call.args.only({"id", "reason"});
  const auto reason = call.args.need("reason");
  return decide(call, [&](const storage::ApprovalId& id) { return call.rooms.storage.approvals().refuse(id, reason, call.actor); });
}
}  // namespace

void add_approval_verbs(std::vector<Verb>& table) {
  table.push_back({"approvals list", false, list, {}, Action::person});
  table.push_back({"approvals show", false, show, {}, Action::person});
  // Whether the person may do the act itself is asked of the request.
  table.push_back({"approvals approve", false, approve, {}, Action::person_fresh});
  table.push_back({"approvals refuse", false, refuse, {}, Action::person_fresh});
}

}  // namespace tenure::daemon
