// hold add, list, show, release, extend. Never refused for the first sweep's sake: a hold must be placed in time.
#include "base/log.h"
#include "daemon/control/rows.h"
#include "daemon/control/verbs.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
std::vector<storage::HoldSpan> spans_of(const Args& args) {
  std::vector<storage::HoldSpan> spans;
  for (const auto& one : args.objects("spans")) {
    one.only({"source", "from", "to"});
    spans.push_back({one.need("source"), one.span()});
  }
  return spans;
}

std::vector<SegmentId> calls_of(const Args& args) {
  std::vector<SegmentId> calls;
  for (const auto& text : args.texts("calls")) {
    const auto id = SegmentId::parse(text);
    if (!id) throw Error(ErrorKind::usage, "call: must be the id of a call (32 hexadecimal digits), as `tenure calls find` shows it");
    calls.push_back(*id);
  }
  return calls;
}

// With the ledger's checkpoint, so that who keeps the receipt is a witness. The hold stands even when none can be signed.
json::value witnessed(const Call& call, json::object receipt) {
  receipt["ledger_checkpoint"] = nullptr;
  try {
    receipt["ledger_checkpoint"] = call.rooms.storage.ledger().checkpoint("hold");
  } catch (const Error& error) {
    log_warning("event=receipt-without-checkpoint cause=\"{}\"", error.what());
  }
  return receipt;
}

json::value hold_add(const Call& call) {
  call.args.only({"spans", "numbers", "calls", "reason", "authority", "review"});
  storage::HoldRequest request;
  request.spans = spans_of(call.args);
  request.numbers = call.args.texts("numbers");
  request.calls = calls_of(call.args);
  request.reason = call.args.need("reason");
  request.authority = call.args.need("authority");
  call.args.need("review");
  request.review = call.args.review("review");
  if (request.spans.empty() && request.numbers.empty() && request.calls.empty())
    throw Error(ErrorKind::usage, "source: say what to hold: --source with --from and --to, --number or --call");
  const auto receipt = call.rooms.storage.holds().add(request, call.actor);
  if (call.may(Action::see_holds)) return witnessed(call, row(receipt));
  // Whoever places a hold without seeing holds learns that it is there, not what lies under it.
  return json::object{{"id", receipt.hold.id.text()}, {"state", receipt.hold.state}, {"ledger_number", receipt.ledger_number}};
}

json::value hold_list(const Call& call) {
  call.args.only({});
  return rows(call.rooms.storage.holds().list());
}

json::value hold_show(const Call& call) {
  call.args.only({"id"});
  return row(call.rooms.storage.holds().show(call.args.hold("id")));
}

json::value hold_release(const Call& call) {
  call.args.only({"id", "reason"});
  return witnessed(call, row(call.rooms.storage.holds().release(call.args.hold("id"), call.args.need("reason"), call.actor, call.approval)));
}

// Nobody is asked about a hold that is gone or released already.
void must_be_releasable(const Call& call) {
  call.args.only({"id", "reason"});
  const auto hold = call.rooms.storage.holds().show(call.args.hold("id")).hold;
  if (hold.state != "active") throw Error(ErrorKind::refused, "hold " + hold.id.text() + " is already " + hold.state);
}

json::value hold_extend(const Call& call) {
  call.args.only({"id", "review", "reason"});
  call.args.need("review");
  return row(call.rooms.storage.holds().extend(call.args.hold("id"), *call.args.review("review"), call.args.need("reason"), call.actor));
}
}  // namespace

void add_hold_verbs(std::vector<Verb>& table) {
  table.push_back({"hold add", false, hold_add, {}, Action::place_hold});
  table.push_back({"hold list", false, hold_list, {}, Action::see_holds});
  table.push_back({"hold show", false, hold_show, {}, Action::see_holds});
  table.push_back({"hold release", false, hold_release, {}, Action::release_holds, /*uses_approval=*/true, must_be_releasable});
  table.push_back({"hold extend", false, hold_extend, {}, Action::place_hold});
}

}  // namespace tenure::daemon
