// erase, erase preview, list, show, certificate: recordings that go before their time, by order.
#include <boost/json/parse.hpp>

#include "base/log.h"
#include "daemon/control/named.h"
#include "daemon/control/rows.h"
#include "daemon/control/search_note.h"
#include "daemon/control/verbs.h"
#include "storage/erasure/done_again.h"
#include "storage/erasure/erasure_certificate.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
storage::ErasureRequest request_of(const Call& call) {
  call.args.only({"spans", "numbers", "calls", "reason"});
  return {spans_in(call.args), call.args.texts("numbers"), calls_in(call.args)};
}

json::object row(const storage::ErasureRequest& request) {
  json::array calls;
  for (const auto& call : request.calls) calls.emplace_back(call.text());
  return {{"spans", rows(request.spans)}, {"calls", std::move(calls)}};
}

json::object row(const storage::ErasurePlan& plan) {
  json::array obstacles;
  for (const auto& one : plan.obstacles) {
    auto shown = daemon::row(one.row);
    shown["why"] = one.why;
    obstacles.push_back(std::move(shown));
  }
  return {{"allowed", plan.is_allowed()}, {"segments", rows(plan.free)}, {"bytes", storage::bytes_of(plan.free)},
          {"in_the_way", std::move(obstacles)}, {"holds", rows(plan.holds)}, {"same_calls", plan.same_calls}, {"rest", row(plan.rest)}};
}

// When it was ordered is not known of one that a restore did again: as its certificate says it.
json::object row(const storage::Erasure& erasure) {
  const bool again = storage::is_done_again(erasure);
  const json::value when(to_rfc3339(erasure.ordered_at));
  return {{"id", erasure.id.text()}, {"ordered_at", again ? json::value() : when},
          {"done_again_at", again ? when : json::value()}, {"ordered_by", erasure.ordered_by},
          {"approved_by", erasure.approved_by}, {"reason", erasure.reason}, {"recordings", erasure.recordings}, {"bytes", erasure.bytes},
          {"ledger_number", erasure.ledger_number}, {"certified_at", time_or_null(erasure.certified_at)}};
}

storage::Erasure wanted(const Call& call) {
  const auto text = call.args.need("id", 64);
  const auto id = storage::ErasureId::parse(text);
  if (!id) throw Error(ErrorKind::usage, fmt::format("id: \"{}\" is not an id (32 hexadecimal digits)", log_safe(text)));
  return call.rooms.storage.erasures().show(*id);
}

json::value preview(const Call& call) {
  call.args.only({"spans", "numbers", "calls"});
  const auto request = request_of(call);
  // How many calls a number has is told only to who may find calls.
  if (!request.numbers.empty()) call.need(Action::find_calls);
  const auto plan = call.rooms.storage.erasures().preview(request);
  if (!request.numbers.empty() || !request.calls.empty())
    note_search(call, "erase-preview", {"numbers or calls"}, plan.free.size() + plan.obstacles.size());
  return row(plan);
}

// Nobody is asked to approve what could not be done.
void must_be_possible(const Call& call) {
  const auto plan = call.rooms.storage.erasures().preview(request_of(call));
  call.args.need("reason");
  storage::must_be_allowed(plan);
}

std::string subject(const Call& call) { return call.rooms.storage.erasures().preview(request_of(call)).subject(); }

json::value erase(const Call& call) {
  const auto request = request_of(call);
  return row(call.rooms.storage.erasures().order(request, call.args.need("reason"), call.actor, call.approval));
}

json::value list(const Call& call) {
  call.args.only({});
  json::array all;
  for (const auto& erasure : call.rooms.storage.erasures().list()) all.push_back(row(erasure));
  return all;
}

json::value show(const Call& call) {
  call.args.only({"id"});
  const auto erasure = wanted(call);
  auto shown = row(erasure);
  shown["certificate"] = erasure.certificate.empty() ? json::value() : json::parse(erasure.certificate);
  return shown;
}

json::value certificate(const Call& call, disclosure::ExportSink& sink) {
  call.args.only({"id"});
  const auto erasure = wanted(call);
  if (erasure.certificate.empty())
    throw Error(ErrorKind::unavailable, "there is no certificate yet: the ledger, or the backup of the keys, could not be written; tenured tries again");
  json::array files;
  std::uint64_t bytes = 0;
  const auto send = [&](const std::string& ending, const std::string& text) {
    const auto name = "erasure-" + erasure.id.text() + ending;
    sink.begin_file(name);
    sink.write(as_view(text));
    sink.end_file();
    files.emplace_back(name);
    bytes += text.size();
  };
  send(".json", erasure.certificate);
  send(".txt", storage::certificate_text(erasure.certificate));
  send(".html", storage::certificate_html(erasure.certificate));
  return json::object{{"files", std::move(files)}, {"bytes", bytes}, {"ledger_number", erasure.ledger_number}};
}
}  // namespace

void add_erase_verbs(std::vector<Verb>& table) {
  table.push_back({"erase preview", true, preview, {}, Action::see_holds});
  Verb order{"erase", true, erase, {}, Action::erase, /*uses_approval=*/true, must_be_possible};
  order.subject = subject;
  table.push_back(order);
  table.push_back({"erase list", false, list, {}, Action::reports});
  table.push_back({"erase show", false, show, {}, Action::reports});
  table.push_back({"erase certificate", false, {}, certificate, Action::reports});
}

}  // namespace tenure::daemon
