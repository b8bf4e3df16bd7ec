// export native, call, redacted: what leaves, streamed into the sink.
#include "daemon/control/rows.h"
#include "daemon/control/verbs.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
disclosure::ExportContext context_of(const Call& call) {
  const auto settings = call.rooms.settings();
  return {call.rooms.storage, call.rooms.clock, call.actor, call.reason,
          settings->worker, settings->storage.path / "staging", call.rooms.stopping};
}

// Its problems are told together with how it fits the recording. An empty file is a plan too, and a bad one.
disclosure::redaction::PlanResult plan_of(const Args& args) {
  const auto text = args.text("plan", 5 << 20);
  return disclosure::redaction::parse_plan(text ? *text : args.need("plan"));
}

disclosure::SpanRequest span_of(const Args& args) { return {args.need("source"), args.span()}; }

// The checks are made before a second person is asked, too.
void check_native(const Call& call) {
  call.args.only({"source", "from", "to"});
  span_of(call.args);
}

json::value export_native(const Call& call, disclosure::ExportSink& sink) {
  check_native(call);
  return row(disclosure::export_native(context_of(call), span_of(call.args), sink));
}

void check_call(const Call& call) {
  call.args.only({"call"});
  call.args.segment("call");
}

json::value export_call(const Call& call, disclosure::ExportSink& sink) {
  check_call(call);
  return row(disclosure::export_call(context_of(call), call.args.segment("call"), sink));
}

void check_redacted(const Call& call) {
  call.args.only({"source", "from", "to", "call", "plan"});
  plan_of(call.args);
  if (call.args.has("call") && call.args.has("source")) throw Error(ErrorKind::usage, "call: give either a call or a source, not both");
  if (call.args.has("call")) call.args.segment("call");
  else span_of(call.args);
}

json::value export_redacted(const Call& call, disclosure::ExportSink& sink) {
  check_redacted(call);
  const auto plan = plan_of(call.args);
  if (call.args.has("call")) return row(disclosure::export_redacted_call(context_of(call), call.args.segment("call"), plan, sink));
  return row(disclosure::export_redacted(context_of(call), span_of(call.args), plan, sink));
}
}  // namespace

void add_export_verbs(std::vector<Verb>& table) {
  table.push_back({"export native", true, {}, export_native, Action::release_footage, false, check_native});
  table.push_back({"export call", true, {}, export_call, Action::release_calls, false, check_call});
  table.push_back({"export redacted", true, {}, export_redacted, Action::release_footage, false, check_redacted});
}

}  // namespace tenure::daemon
