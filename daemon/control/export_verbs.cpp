// export native, call, redacted: what leaves, streamed into the sink.
#include "daemon/control/rows.h"
#include "daemon/control/verbs.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
disclosure::ExportContext context_of(const Call& call) {
  const auto settings = call.rooms.settings();
  return {call.rooms.storage, call.rooms.clock, call.actor, call.args.text("reason").value_or(""),
          settings->worker, settings->storage.path / "staging", call.rooms.stopping};
}

// Its problems are told together with how it fits the recording. An empty file is a plan too, and a bad one.
disclosure::redaction::PlanResult plan_of(const Args& args) {
  const auto text = args.text("plan", 5 << 20);
  return disclosure::redaction::parse_plan(text ? *text : args.need("plan"));
}

json::value export_native(const Call& call, disclosure::ExportSink& sink) {
  call.args.only({"source", "from", "to", "reason"});
  const disclosure::SpanRequest request{call.args.need("source"), call.args.span()};
  return row(disclosure::export_native(context_of(call), request, sink));
}

json::value export_call(const Call& call, disclosure::ExportSink& sink) {
  call.args.only({"call", "reason"});
  return row(disclosure::export_call(context_of(call), call.args.segment("call"), sink));
}

json::value export_redacted(const Call& call, disclosure::ExportSink& sink) {
  call.args.only({"source", "from", "to", "call", "plan", "reason"});
  const auto plan = plan_of(call.args);
  if (call.args.has("call")) {
    if (call.args.has("source")) throw Error(ErrorKind::usage, "call: give either a call or a source, not both");
    return row(disclosure::export_redacted_call(context_of(call), call.args.segment("call"), plan, sink));
  }
  const disclosure::SpanRequest request{call.args.need("source"), call.args.span()};
  return row(disclosure::export_redacted(context_of(call), request, plan, sink));
}
}  // namespace

void add_export_verbs(std::vector<Verb>& table) {
  table.push_back({"export native", true, {}, export_native});
  table.push_back({"export call", true, {}, export_call});
  table.push_back({"export redacted", true, {}, export_redacted});
}

}  // namespace tenure::daemon
