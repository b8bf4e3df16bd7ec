// hold preview, add, list, show, release, keep, extend. Never refused for the first sweep's sake, nor for want of room: a
// hold must be placed in time.
#include <algorithm>

#include "base/log.h"
#include "daemon/control/named.h"
#include "daemon/control/rows.h"
#include "daemon/control/search_note.h"
#include "daemon/control/verbs.h"
#include "storage/holds/named_calls.h"
#include "storage/space/hold_forecast.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
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

json::object offer_row(const storage::HoldOffer& offer) {
  return {{"text", offer.text}, {"bytes", offer.bytes}, {"bytes_per_day", offer.bytes_per_day}, {"endangers", offer.endangers}};
}

json::object forecast_row(const storage::HoldForecast& forecast) {
  json::array narrower;
  for (const auto& offer : forecast.narrower) narrower.push_back(offer_row(offer));
  return {{"recordings", forecast.recordings}, {"bytes", forecast.bytes}, {"bytes_per_day", forecast.bytes_per_day},
          {"grows_until", forecast.grows_until ? json::value(to_rfc3339(*forecast.grows_until)) : json::value(nullptr)},
          {"estimated", forecast.estimated}, {"endangers", forecast.endangers},
          {"endangered_already", forecast.endangered_already}, {"narrower", std::move(narrower)}, {"before", rows(forecast.before)},
          {"after", rows(forecast.after)}};
}

storage::HoldRequest request_of(const Call& call) {
  storage::HoldRequest request;
  request.spans = spans_in(call.args);
  request.numbers = call.args.texts("numbers");
  request.calls = calls_in(call.args);
  request.reason = call.args.need("reason");
  request.authority = call.args.need("authority");
  call.args.need("review");
  request.review = call.args.review("review");
  if (request.spans.empty() && request.numbers.empty() && request.calls.empty())
    throw Error(ErrorKind::usage, "source: say what to hold: --source with --from and --to, --number or --call");
  return request;
}

// The alarm in status is brought up to date; the hold stands whatever happens here.
void look_ahead(const Call& call) {
  try {
    call.rooms.storage.pressure().look_ahead();
  } catch (const Error& error) {
    log_warning("event=forecast-failed cause=\"{}\"", error.what());
  }
}

// Whether there may yet be something for it to keep: a span that has not ended, a number that can call again, or calls
// of a time that is over, for their files may come days later.
bool keeps_to_come(const Call& call, const storage::HoldRequest& what) {
  const auto now = call.rooms.clock.now();
  const auto sources = call.rooms.storage.catalogue().sources();
  const auto is_of_calls = [&](const std::string& name) {
    const auto found = std::ranges::find(sources, name, &storage::SourceRow::name);
    return found != sources.end() && found->kind == storage::Kind::calls;
  };
  return !what.numbers.empty() || std::ranges::any_of(what.spans, [&](const storage::HoldSpan& span) {
    return span.span.to > now || is_of_calls(span.source);
  });
}

// A slip in a date or a source must not look like a hold that is in place.
json::object receipt_row(const Call& call, const storage::HoldReceipt& receipt) {
  auto out = row(receipt);
  const bool to_come = keeps_to_come(call, receipt.hold.what);
  out["keeps_to_come"] = to_come;
  out["keeps_nothing"] = receipt.recordings == 0 && !to_come;
  return out;
}

json::object hold_row(const Call& call, storage::Hold hold) {
  storage::leave_out_footage(call.rooms.storage.catalogue(), hold);
  return row(hold);
}

// What a hold keeps, to whom it may be told: which calls a number or a group has only to who may find calls.
json::object shown_to(const Call& call, storage::HoldReceipt receipt) {
  storage::leave_out_footage(call.rooms.storage.catalogue(), receipt.hold);
  const bool finds_calls = !receipt.hold.what.numbers.empty() || !receipt.hold.what.calls.empty();
  if (!finds_calls || call.may_now(Action::find_calls)) return receipt_row(call, receipt);
  std::erase_if(receipt.segments, [](const auto& segment) { return segment.kind == storage::Kind::calls; });
  receipt.recordings -= receipt.of_calls;
  receipt.bytes -= receipt.bytes_of_calls;
  auto shown = receipt_row(call, receipt);
  shown["calls_not_shown"] = true;
  if (shown.at("keeps_nothing").as_bool()) shown["keeps_nothing"] = nullptr;  // it may keep calls
  return shown;
}

// Before it is placed: what it keeps and what becomes of the room.
json::value hold_preview(const Call& call) {
  call.args.only({"spans", "numbers", "calls", "reason", "authority", "review"});
  const auto request = request_of(call);
  const bool finds_calls = !request.numbers.empty() || !request.calls.empty();
  if (finds_calls) call.need(Action::find_calls);
  storage::HoldLoad load;
  auto out = receipt_row(call, call.rooms.storage.holds().preview(request, call.actor, load));
  if (finds_calls) note_search(call, "hold-preview", {"numbers or calls"}, out.at("recordings").to_number<std::uint64_t>());
  for (const auto* member : {"id", "ledger_number", "placed_at", "placed_by", "released_at", "released_by", "release_reason"}) out.erase(member);
  out["state"] = "preview";
  out["forecast"] = forecast_row(storage::forecast_hold(call.rooms.storage.pressure(), load));
  return out;
}

json::value hold_add(const Call& call) {
  call.args.only({"spans", "numbers", "calls", "reason", "authority", "review"});
  auto receipt = call.rooms.storage.holds().add(request_of(call), call.actor);
  look_ahead(call);
  if (call.may(Action::see_holds)) {
    const auto id = receipt.hold.id;
    auto answer = shown_to(call, std::move(receipt));
    answer["forecast"] = nullptr;
    try {
      // As things were before it: what it keeps is taken out again.
      const auto load = call.rooms.storage.holds().load(id);
      if (!answer.contains("calls_not_shown"))
        answer["forecast"] = forecast_row(storage::forecast_of_placed(call.rooms.storage.pressure(), load));
    } catch (const Error& error) {
      log_warning("event=hold-without-forecast cause=\"{}\"", error.what());
    }
    return witnessed(call, std::move(answer));
  }
  // Whoever places a hold without seeing holds learns that it is there, not what lies under it.
  return json::object{{"id", receipt.hold.id.text()}, {"state", receipt.hold.state}, {"ledger_number", receipt.ledger_number}};
}

json::value hold_list(const Call& call) {
  call.args.only({});
  json::array all;
  for (auto& hold : call.rooms.storage.holds().list()) all.push_back(hold_row(call, std::move(hold)));
  return all;
}

json::value hold_show(const Call& call) {
  call.args.only({"id"});
  return shown_to(call, call.rooms.storage.holds().show(call.args.hold("id")));
}

json::value hold_release(const Call& call) {
  call.args.only({"id", "reason"});
  const auto released = call.rooms.storage.holds().release(call.args.hold("id"), call.args.need("reason"), call.actor, call.approval);
  look_ahead(call);
  return witnessed(call, hold_row(call, released));
}

// Nobody is asked about a hold that is gone or released already.
void must_be_releasable(const Call& call) {
  call.args.only({"id", "reason"});
  const auto hold = call.rooms.storage.holds().get(call.args.hold("id"));
  if (hold.state != "active") throw Error(ErrorKind::refused, "hold " + hold.id.text() + " is already " + hold.state);
}

json::value hold_keep(const Call& call) {
  call.args.only({"id", "reason"});
  const auto kept = call.rooms.storage.holds().keep(call.args.hold("id"), call.args.need("reason"), call.actor);
  look_ahead(call);
  return hold_row(call, kept);
}

json::value hold_extend(const Call& call) {
  call.args.only({"id", "review", "reason"});
  call.args.need("review");
  const auto hold = call.rooms.storage.holds().extend(call.args.hold("id"), *call.args.review("review"), call.args.need("reason"), call.actor);
  if (call.may(Action::see_holds)) return hold_row(call, hold);
  return json::object{{"id", hold.id.text()}, {"state", hold.state}, {"review", time_or_null(hold.what.review)}};
}
}  // namespace

void add_hold_verbs(std::vector<Verb>& table) {
  table.push_back({"hold add", false, hold_add, {}, Action::place_hold});
  table.push_back({"hold list", false, hold_list, {}, Action::see_holds});
  table.push_back({"hold show", false, hold_show, {}, Action::see_holds});
  table.push_back({"hold release", false, hold_release, {}, Action::release_holds, /*uses_approval=*/true, must_be_releasable});
  table.push_back({"hold preview", false, hold_preview, {}, Action::see_holds});
  Verb keep{"hold keep", false, hold_keep, {}, Action::release_holds};
  keep.asks_itself = true;  // and never does: who may release may take it back alone, for it removes nothing
  table.push_back(keep);
  table.push_back({"hold extend", false, hold_extend, {}, Action::place_hold});
}

}  // namespace tenure::daemon
