// approvals list, show, approve, refuse: what waits for a second person.
#include "base/log.h"
#include "daemon/control/rows.h"
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

json::value list(const Call& call) {
  call.args.only({"limit"});
  return rows(call.rooms.storage.approvals().list(call.args.number("limit", kUsual, kMost)));
}

json::value show(const Call& call) {
  call.args.only({"id"});
  return row(call.rooms.storage.approvals().show(id_of(call)));
}

json::value approve(const Call& call) {
  call.args.only({"id"});
  return row(call.rooms.storage.approvals().approve(id_of(call), call.actor));
}

json::value refuse(const Call& call) {
  call.args.only({"id", "reason"});
  return row(call.rooms.storage.approvals().refuse(id_of(call), call.args.need("reason"), call.actor));
}
}  // namespace

void add_approval_verbs(std::vector<Verb>& table) {
  table.push_back({"approvals list", false, list, {}, Action::reports});
  table.push_back({"approvals show", false, show, {}, Action::reports});
  // Whether the person may do the act itself is asked of the request.
  table.push_back({"approvals approve", false, approve, {}, Action::person_fresh});
  table.push_back({"approvals refuse", false, refuse, {}, Action::person_fresh});
}

}  // namespace tenure::daemon
