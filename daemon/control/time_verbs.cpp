// time show, time confirm, time lower: what trusted time rests on, and what people may say about it (I12).
#include <boost/json/parse.hpp>

#include "base/log.h"
#include "daemon/control/approval_words.h"
#include "daemon/control/rows.h"
#include "daemon/control/verbs.h"
#include "daemon/time_keeping.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
constexpr const char* kLower = "time lower";
constexpr Duration kSameTime = std::chrono::minutes(1);

TimeKeeping& keeping(const Call& call) {
  if (!call.rooms.time) throw Error(ErrorKind::unavailable, "trusted time is not being kept here");
  return *call.rooms.time;
}

json::object row(const storage::RestampReport& report, const TimeStatus& after) {
  return {{"lo", to_rfc3339(after.time.lo)}, {"hi", to_rfc3339(after.time.hi)}, {"segments", report.segments}, {"gaps", report.gaps},
          {"undecided", report.undecided},   {"ledger_number", report.ledger_number}, {"text", time_in_words(after)}};
}

json::value show(const Call& call) {
  call.args.only({});
  return time_row(call.rooms);
}

// Before a second person is asked, too.
Instant right_time(const Call& call) {
  call.args.only({"time", "reason"});
  const auto right = call.args.time("time");
  if (!right || call.args.need("time") == "now")
    throw Error(ErrorKind::usage, "time: name the right time, from a clock you trust; the machine's clock is the one in doubt");
  return *right;
}

// When a disk will be full was said by the time that is not in force any more.
void look_ahead(const Call& call) {
  try {
    call.rooms.storage.pressure().look_ahead();
  } catch (const std::exception& error) {
    log_warning("event=forecast-failed cause=\"{}\"", log_safe(error.what()));
  }
}

json::value confirm(const Call& call) {
  const auto report = keeping(call).confirm(right_time(call), call.actor, call.args.text("reason").value_or(""));
  look_ahead(call);
  return row(report, keeping(call).status());
}

// What is approved is by how much: a time of day passes while the second person is asked. `right` is what it was then.
std::string lowering(Duration back, Instant right) {
  return storage::approval_subject({{"back_seconds", std::to_string(std::chrono::duration_cast<Seconds>(back).count())},
                                    {"right_when_asked", to_rfc3339(right)}});
}

struct Lowering {
  Duration back;
  Instant right_when_asked;
};

Lowering approved_lowering(const storage::Approval& approval) {
  const auto subject = json::parse(approval.subject);
  const auto text = [&](const char* name) { return std::string(subject.at(name).as_string()); };
  return {Seconds(std::stoll(text("back_seconds"))), parse_rfc3339(text("right_when_asked")).value()};
}

// The same words again, or the time that it is by now; another time is another request.
void must_be_the_approved(Instant named, Instant when_asked, Instant now) {
  const auto is = [&](Instant time) { return named - time <= kSameTime && time - named <= kSameTime; };
  if (is(when_asked) || is(now)) return;
  throw Error(ErrorKind::refused, "time: " + to_rfc3339(named) + " is not what was approved: that was " + to_rfc3339(when_asked) +
                                      ", which is " + to_rfc3339(std::chrono::floor<Seconds>(now)) +
                                      " by now. Leave the time out, or ask for the other one anew. Nothing was changed.");
}

json::value ask_to_lower(const Call& call) {
  const auto right = call.args.time("time");
  if (!right) throw Error(ErrorKind::usage, "time: name the right time, or the approval of a request made before");
  const auto status = keeping(call).status();
  static_cast<void>(lower_time(status.state, status.readings, *right));  // refused at once rather than after the approval
  const auto asked = call.rooms.storage.approvals().ask(kLower, lowering(status.time.lo - *right, *right), call.args.need("reason"), call.actor);
  return json::object{{"state", "waiting"}, {"approval", ApprovalWords(call.rooms, call.asker).row_of_new(asked)}};
}

json::value lower(const Call& call) {
  call.args.only({"time", "reason", "approval"});
  const auto named = call.args.text("approval");
  if (!named) return ask_to_lower(call);
  const auto id = storage::ApprovalId::parse(*named);
  if (!id) throw Error(ErrorKind::usage, "approval: \"" + log_safe(*named) + "\" is no id of a request");
  const auto approval = call.rooms.storage.approvals().show(*id);
  if (approval.act != kLower) throw Error(ErrorKind::refused, "That request is for another act: " + approval.act + ".");
  const auto asked = approved_lowering(approval);
  const auto right = keeping(call).status().time.lo - asked.back;
  if (const auto time = call.args.time("time")) must_be_the_approved(*time, asked.right_when_asked, right);
  const storage::ApprovedAct act{*id, kLower, lowering(asked.back, asked.right_when_asked), call.args.text("reason")};
  const auto report = keeping(call).lower(right, call.actor, approval.reason, act);
  look_ahead(call);
  return row(report, keeping(call).status());
}
}  // namespace

boost::json::object time_row(const Rooms& rooms) {
  if (!rooms.time) {
    const auto time = rooms.clock.trusted();
    return {{"lo", to_rfc3339(time.lo)}, {"hi", to_rfc3339(time.hi)}, {"doubtful", time.line.has_value()}};
  }
  const auto status = rooms.time->status();
  return {{"lo", to_rfc3339(status.time.lo)},
          {"hi", to_rfc3339(status.time.hi)},
          {"doubtful", status.time.line.has_value()},
          {"doubtful_since", time_or_null(status.time.line)},
          {"state", name_of(status.state.reason)},
          {"text", time_in_words(status)},
          {"machine_clock", to_rfc3339(status.readings.wall)},
          {"synchronised", status.readings.synchronised},
          {"battery_clock", status.state.rtc.has_value()},
          {"believed_steps_seconds", static_cast<double>(status.state.stepped.count()) / 1e6}};
}

void add_time_verbs(std::vector<Verb>& table) {
  table.push_back({"time show", false, show, {}, Action::health});
  table.push_back({"time confirm", false, confirm, {}, Action::declare_time, false, [](const Call& call) { right_time(call); }});
  // Two persons always, whatever the rights say of one.
  Verb two_persons{"time lower", false, lower, {}, Action::declare_time};
  two_persons.asks_itself = true;
  table.push_back(two_persons);
}

}  // namespace tenure::daemon
