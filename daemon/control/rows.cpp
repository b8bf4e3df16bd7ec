#include "daemon/control/rows.h"

#include <boost/json/parse.hpp>

namespace tenure::daemon {
namespace json = boost::json;

static double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

json::value time_or_null(const std::optional<Instant>& at) {
  if (!at) return nullptr;
  return json::value(to_rfc3339(*at));
}

json::array texts(const std::vector<std::string>& all) {
  json::array array;
  for (const auto& text : all) array.emplace_back(text);
  return array;
}

json::object row(const storage::SegmentRow& segment) {
  json::object out{{"id", segment.id.text()}, {"source", segment.source}, {"class", segment.cls},
                   {"kind", segment.kind == storage::Kind::calls ? "call" : "camera"},
                   {"start", to_rfc3339(segment.span.from)}, {"end", to_rfc3339(segment.span.to)},
                   {"bytes", segment.bytes}, {"plain_bytes", segment.plain_bytes}, {"state", to_string(segment.state)},
                   {"expires_at", to_rfc3339(segment.expires_at)}, {"held", segment.held}, {"vault", segment.vault},
                   {"run", segment.run}, {"time_doubtful", segment.time_doubtful}};
  if (segment.clock_offset) out["clock_offset_ms"] = seconds(*segment.clock_offset) * 1000;
  return out;
}

static json::object row(const storage::Party& party) {
  return {{"role", party.role}, {"number", party.number}, {"e164", party.e164}, {"name", party.name},
          {"extension", party.extension}, {"channel", party.channel}};
}

static json::object row(const storage::Pause& pause) {
  return {{"from_ms", pause.from_ms}, {"to_ms", pause.to_ms}, {"kind", pause.kind}, {"reason", pause.reason}};
}

json::object row(const storage::CallRow& call) {
  const auto& details = call.details;
  json::object out = row(call.segment);
  out["native_id"] = details.native_id;
  out["group_id"] = details.group_id;
  out["direction"] = to_string(details.direction);
  json::array parties, pauses;
  for (const auto& party : details.parties) parties.push_back(row(party));
  for (const auto& pause : details.pauses) pauses.push_back(row(pause));
  out["parties"] = std::move(parties);
  out["pauses"] = std::move(pauses);
  out["duration"] = seconds(details.duration);
  out["answered"] = time_or_null(details.answered);
  out["time_quality"] = details.time_quality;
  out["container"] = details.container;
  out["codec"] = details.codec;
  out["rate"] = details.rate;
  out["channels"] = details.channels;
  out["needs_details"] = details.needs_details;
  return out;
}

json::object row(const storage::Gap& gap) {
  return {{"source", gap.source}, {"start", to_rfc3339(gap.span.from)}, {"end", to_rfc3339(gap.span.to)},
          {"duration", seconds(gap.span.length())}, {"cause", gap.cause}};
}

json::object row(const storage::SourceRow& source) {
  return {{"name", source.name}, {"class", source.cls}, {"kind", source.kind == storage::Kind::calls ? "calls" : "camera"},
          {"segments", source.segments}, {"bytes", source.bytes}, {"oldest", time_or_null(source.oldest)}, {"newest", time_or_null(source.newest)}};
}

json::object row(const storage::HoldSpan& span) {
  return {{"source", span.source}, {"from", to_rfc3339(span.span.from)},
          {"to", is_open(span) ? json::value(nullptr) : json::value(to_rfc3339(span.span.to))}};
}

json::object row(const storage::Hold& hold) {
  json::array calls;
  for (const auto& call : hold.what.calls) calls.emplace_back(call.text());
  return {{"id", hold.id.text()}, {"state", hold.state}, {"reason", hold.what.reason}, {"authority", hold.what.authority},
          {"review", time_or_null(hold.what.review)}, {"review_due", hold.review_due}, {"review_soon", hold.review_soon}, {"placed_at", to_rfc3339(hold.placed_at)},
          {"placed_by", hold.placed_by}, {"spans", rows(hold.what.spans)}, {"numbers", texts(hold.what.numbers)}, {"calls", std::move(calls)},
          {"released_at", time_or_null(hold.released_at)}, {"released_by", hold.released_by}, {"release_reason", hold.release_reason}};
}

json::object row(const storage::Approval& approval) {
  return {{"id", approval.id.text()}, {"state", to_string(approval.state)}, {"act", approval.act}, {"subject", json::parse(approval.subject)},
          {"reason", approval.reason}, {"asked_at", to_rfc3339(approval.asked_at)}, {"asked_by", approval.asked_by},
          {"expires_at", to_rfc3339(approval.expires_at)}, {"alone_from", time_or_null(approval.earliest)},
          {"decided_at", time_or_null(approval.decided_at)}, {"decided_by", approval.decided_by}, {"decided_reason", approval.decided_reason},
          {"used_at", time_or_null(approval.used_at)}, {"note", approval.note}};
}

json::object row(const storage::Person& person) {
  return {{"name", person.name}, {"display", person.display}, {"roles", texts(person.roles)}, {"created_at", to_rfc3339(person.created_at)},
          {"created_by", person.created_by}, {"disabled_at", time_or_null(person.disabled_at)}, {"password_by", person.password_by},
          {"code_by", person.totp_by}, {"recovery_codes_by", person.recovery_by}, {"recovery_codes_left", person.recovery_left}};
}

json::object row(const storage::HoldReceipt& receipt) {
  json::object out = row(receipt.hold);
  out["segments"] = rows(receipt.segments);
  out["recordings"] = receipt.recordings;
  out["gaps"] = rows(receipt.gaps);
  out["gone"] = rows(receipt.gone);
  out["bytes"] = receipt.bytes;
  out["ledger_number"] = receipt.ledger_number;
  return out;
}

json::object row(const storage::PolicyRow& policy) {
  return {{"class", policy.cls}, {"period", to_string(policy.period)},
          {"anchor", policy.anchor == config::Anchor::capture_end ? "capture_end" : "capture_start"}};
}

json::object row(const storage::LedgerEntry& entry) {
  boost::system::error_code error;
  json::value subject = json::parse(entry.subject, error);
  if (error) subject = json::value(entry.subject);
  return {{"number", entry.number}, {"at", to_rfc3339(entry.at)}, {"actor", entry.actor}, {"act", entry.act},
          {"subject", std::move(subject)}, {"reason", entry.reason}, {"erased", entry.actor.empty()}};
}

// Null where the file system makes them as it goes.
static json::value files_of(const storage::VaultSpace& space) {
  if (!space.files) return nullptr;
  return json::object{{"free", space.free_files},
                      {"there", space.files->have},
                      {"promise_needs", space.files->need_for_promise},
                      {"others_need", space.files->promise_beside}};
}

json::object row(const storage::VaultSpace& space) {
  json::object out{{"vault", space.vault}, {"online", space.online}, {"why", space.why}, {"used", space.used}, {"free", space.free}};
  if (space.plan.have > 0) {
    out["promise_needs"] = space.plan.need_for_promise;
    out["month_needs"] = space.plan.need_for_month;
    out["promise_fits"] = space.promise_fits();
    out["month_fits"] = space.month_fits();
    out["others_need"] = space.plan.promise_beside;
    out["days_that_fit"] = space.days_that_fit();
    out["estimated"] = space.plan.estimated;
    out["short_of"] = space.promise_fits() ? "" : space.short_of_files() ? "files" : "bytes";
  }
  out["files"] = files_of(space);
  const bool full = space.alarm == storage::SpaceAlarm::full;
  out["full_at"] = full ? json::value() : time_or_null(space.full_at);  // never a moment past
  out["full_now"] = full;
  out["full_of"] = space.files_first ? "files" : "bytes";
  const bool of_files = space.files_first && space.alarm != storage::SpaceAlarm::none;
  out["forecast"] = storage::to_string(space.alarm) + (of_files ? ": no more files" : "");
  out["held"] = space.held;
  out["holds_endanger"] = space.holds_endanger;
  out["ballast"] = space.ballast;
  out["stopped"] = space.stopped;
  out["shares"] = texts(space.shares);
  return out;
}

json::object row(const storage::BrokenPromise& broken) {
  return {{"at", to_rfc3339(broken.at)}, {"source", broken.source}, {"class", broken.cls}, {"start", to_rfc3339(broken.span.from)},
          {"end", to_rfc3339(broken.span.to)}, {"segments", broken.segments}, {"bytes", broken.bytes}};
}

json::object row(const storage::SweepQuestion& question) {
  return {{"vault", question.vault}, {"class", question.cls}, {"asked", to_rfc3339(question.asked_at)},
          {"due_until", to_rfc3339(question.due_until)}, {"segments", question.segments}, {"of", question.of}, {"why", question.why}};
}

json::object row(const storage::SweepReport& report) {
  return {{"due", rows(report.due)}, {"held_back", report.held_back}, {"next", time_or_null(report.next)}, {"questions", rows(report.questions)}};
}

json::object row(const storage::RecorderCounters& counters) {
  return {{"fragments", counters.fragments}, {"bytes", counters.bytes}, {"writes", counters.writes}, {"syncs", counters.syncs},
          {"segments", counters.segments}, {"refused", counters.refused}, {"queued", counters.queued}, {"failed", counters.failed},
          {"uncommitted", counters.uncommitted}};
}

json::object row(const ingest::CameraStatus& camera) {
  json::object out{{"name", camera.name}, {"state", camera.state}, {"why", camera.why}, {"since", time_or_null(camera.since)},
                   {"last_frame", time_or_null(camera.last_frame)}, {"bits_per_second", camera.bits_per_second},
                   {"fps", camera.frames_per_second}, {"codec", camera.codec}, {"width", camera.width}, {"height", camera.height},
                   {"clock_offset_ms", nullptr}, {"reconnects", camera.reconnects}, {"frames", camera.frames},
                   {"damaged", camera.damaged}, {"reads", camera.reads}};
  if (camera.clock_offset) out["clock_offset_ms"] = seconds(*camera.clock_offset) * 1000;
  return out;
}

json::object row(const ingest::DropFolderStatus& folder) {
  json::array problems;
  for (const auto& problem : folder.problems)
    problems.push_back({{"file", problem.file}, {"why", problem.why}, {"since", to_rfc3339(problem.since)}});
  return {{"name", folder.name}, {"folder", folder.folder}, {"state", folder.state}, {"why", folder.why}, {"imported", folder.imported},
          {"known", folder.known}, {"waiting", folder.waiting}, {"needs_details", folder.needs_details},
          {"problems", std::move(problems)}, {"last_import", time_or_null(folder.last_import)}};
}

json::object row(const disclosure::ExportSummary& summary) {
  return {{"ledger_number", summary.ledger_number}, {"files", texts(summary.files)}, {"bytes", summary.bytes},
          {"gaps", rows(summary.gaps)}, {"notes", texts(summary.notes)}};
}

}  // namespace tenure::daemon
