// attest: the promise report; its files only when they are asked for.
#include <boost/json/parse.hpp>

#include "daemon/control/rows.h"
#include "daemon/control/verbs.h"
#include "daemon/promise_report.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
json::value attest(const Call& call, disclosure::ExportSink& sink) {
  call.args.only({"files"});
  const bool files = call.args.flag("files");
  const auto report = make_promise_report(call.rooms, call.actor, [&](double done, const std::string& what) {
    if (files) sink.progress(done, what);
  });
  auto answer = json::parse(report.json).as_object();
  json::array names;
  std::uint64_t bytes = 0;
  for (const auto& [name, content] : report.files()) {
    if (!files) break;
    sink.begin_file(name);
    sink.write(content);
    sink.end_file();
    names.emplace_back(name);
    bytes += content.size();
  }
  answer["sha256"] = report.digest;
  answer["ledger_number"] = report.ledger_number;
  answer["files"] = std::move(names);
  answer["bytes"] = bytes;
  return answer;
}
}  // namespace

void add_attest_verb(std::vector<Verb>& table) { table.push_back({"attest", false, {}, attest, Action::reports}); }

}  // namespace tenure::daemon
