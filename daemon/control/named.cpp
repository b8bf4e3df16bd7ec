#include "daemon/control/named.h"

#include "base/error.h"
#include "base/log.h"

namespace tenure::daemon {

std::vector<storage::HoldSpan> spans_in(const Args& args) {
  std::vector<storage::HoldSpan> spans;
  for (const auto& one : args.objects("spans")) {
    one.only({"source", "from", "to"});
    // Without an end: what is yet to be recorded, until it is released.
    one.need("from");
    const auto to = one.time("to");
    spans.push_back({one.need("source"), {*one.time("from"), to.value_or(storage::kOpenEnd)}});
    if (to && *to >= storage::kOpenEnd) throw Error(ErrorKind::usage, "to: is too far ahead; leave it out for a hold without an end");
  }
  return spans;
}

std::vector<SegmentId> calls_in(const Args& args) {
  std::vector<SegmentId> calls;
  for (const auto& text : args.texts("calls")) {
    const auto id = SegmentId::parse(text);
    if (!id) throw Error(ErrorKind::usage, "call: \"" + log_safe(text) + "\" is no id of a call (32 hexadecimal digits), as `tenure calls find` shows it");
    calls.push_back(*id);
  }
  return calls;
}

}  // namespace tenure::daemon
