// status, version, sweep, sweep approve.
#include <algorithm>

#include "daemon/control/rows.h"
#include "daemon/control/scrub_rows.h"
#include "daemon/control/verbs.h"
#include "storage/recovery/lost.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
json::object holds_summary(const std::vector<storage::Hold>& holds) {
  std::uint64_t active = 0, releasing = 0, review_due = 0, review_soon = 0, open = 0;
  for (const auto& hold : holds) {
    active += hold.state == "active";
    releasing += hold.state == "releasing";
    review_due += hold.review_due;
    review_soon += hold.review_soon;
    open += hold.state == "active" && std::any_of(hold.what.spans.begin(), hold.what.spans.end(), storage::is_open);
  }
  return {{"active", active}, {"releasing", releasing}, {"review_due", review_due}, {"review_soon", review_soon}, {"without_end", open}};
}

json::object counts(const std::vector<storage::SourceRow>& sources) {
  std::uint64_t segments = 0, calls = 0, bytes = 0;
  for (const auto& source : sources) {
    (source.kind == storage::Kind::calls ? calls : segments) += source.segments;
    bytes += source.bytes;
  }
  return {{"segments", segments}, {"calls", calls}, {"bytes", bytes}};
}

// Counts only: what waits, and what will stand alone for want of a second person, for everybody to see.
json::object approvals_summary(const std::vector<storage::Approval>& all) {
  std::uint64_t waiting = 0, approved = 0;
  std::optional<Instant> alone_from;
  for (const auto& approval : all) {
    waiting += approval.state == storage::ApprovalState::waiting;
    approved += approval.state == storage::ApprovalState::approved;
    if (approval.state == storage::ApprovalState::waiting && approval.earliest) alone_from = std::min(alone_from.value_or(*approval.earliest), *approval.earliest);
  }
  return {{"waiting", waiting}, {"approved", approved}, {"alone_from", time_or_null(alone_from)}};
}

json::object row(const SweepStatus& sweep) {
  return {{"first_done", sweep.first_done}, {"last_run", time_or_null(sweep.last_run)}, {"deleted", sweep.deleted}, {"problem", sweep.problem}};
}

json::object row(const storage::RecoveryReport& report) {
  return {{"salvaged", report.salvaged}, {"adopted", report.adopted}, {"quarantined", report.quarantined},
          {"finished_deletions", report.finished_deletions}, {"lost", report.lost}, {"stray_holds", report.stray_holds}};
}

std::optional<Instant> newest(const storage::BackupStatus& backups, std::string_view kind) {
  std::optional<Instant> at;
  for (const auto& one : backups.here)
    if (one.kind == kind) at = std::max(at.value_or(one.made_at), one.made_at);
  return at;
}

json::object row(const storage::BackupStatus& backups) {
  return {{"keys_at", time_or_null(newest(backups, "keys"))}, {"data_at", time_or_null(newest(backups, "data"))}, {"alarms", texts(backups.alarms)}};
}

constexpr Duration kGlassShown = std::chrono::days(31);

json::array broken_glass(const Call& call) {
  json::array all;
  for (const auto& one : call.rooms.storage.people().broken_glass(call.rooms.clock.trusted().lo - kGlassShown))
    all.push_back(json::object{{"at", to_rfc3339(one.at)}, {"person", one.person}, {"by", one.by}, {"password", one.password}});
  return all;
}

// Who asked for it and why is for the right to reports: tenure policy show.
json::array waiting_policy(const std::vector<storage::PolicyVersion>& all) {
  json::array shown;
  for (const auto& one : all)
    shown.push_back(json::object{{"class", one.promise.cls}, {"period", to_string(one.promise.period)}, {"effective_at", to_rfc3339(one.effective_at)}});
  return shown;
}

constexpr std::size_t kMostDamagedShown = 100, kMostLostShown = 10;

json::value status(const Call& call) {
  call.args.only({});
  auto& storage = call.rooms.storage;
  auto& catalogue = storage.catalogue();
  return json::object{{"version", TENURE_VERSION},
                      {"started", to_rfc3339(call.rooms.started)},
                      {"time", time_row(call.rooms)},
                      {"trial", call.rooms.settings()->storage.trial},
                      {"cameras", rows(call.rooms.cameras())},
                      {"calls", rows(call.rooms.folders())},
                      {"space", rows(storage.pressure().spaces())},
                      {"broken_promises", rows(storage.pressure().broken_promises(call.rooms.clock.trusted().lo - std::chrono::days(31)))},
                      {"sweep_questions", rows(storage.sweeper().questions())},
                      {"next_expiry", time_or_null(catalogue.next_expiry())},
                      {"holds", holds_summary(storage.holds().list())},
                      {"approvals", approvals_summary(storage.approvals().list())},
                      {"counts", counts(catalogue.sources())},
                      {"recorder", daemon::row(storage.recorder().counters())},
                      {"sweep", row(call.rooms.sweep())},
                      {"recovery", row(storage.recovery())},
                      {"scrub", daemon::row(storage.scrub().status())},
                      {"lost", lost_rows(storage::lost_recordings(catalogue, call.rooms.clock.trusted(), kMostLostShown))},
                      {"lost_not_judged", storage::count_not_judged(catalogue, call.rooms.clock.trusted())},
                      {"damaged", damage_rows(storage.scrub().damaged(kMostDamagedShown))},
                      {"break_glass", broken_glass(call)},
                      {"people_gone", storage.people().gone()},
                      {"backup", row(storage.backups().status())},
                      {"policy", rows(catalogue.policy())},
                      {"policy_waiting", waiting_policy(storage.policy().waiting())},
                      {"proposals", texts(call.rooms.proposals())},
                      {"ledger", daemon::row(storage.ledger().status())}};
}

json::value version(const Call& call) {
  call.args.only({});
  return json::object{{"version", TENURE_VERSION}};
}

json::value sweep(const Call& call) {
  call.args.only({"dry_run"});
  if (!call.args.flag("dry_run"))
    throw Error(ErrorKind::usage, "dry_run: is required; what is due is deleted by timer within 65 seconds, never by hand");
  return daemon::row(call.rooms.storage.sweeper().dry_run());
}

// What I11 stopped and asked about.
json::value sweep_approve(const Call& call) {
  call.args.only({"class", "reason"});
  call.rooms.storage.sweeper().approve(call.args.need("class"), call.args.need("reason"), call.actor, call.approval);
  return json::object{{"class", call.args.need("class")}, {"approved", true}};
}


std::string sweep_subject(const Call& call) {
  call.args.only({"class", "reason"});
  return call.rooms.storage.sweeper().subject_of(call.args.need("class"));
}
}  // namespace

void add_status_verbs(std::vector<Verb>& table) {
  table.push_back({"status", false, status, {}, Action::health});
  table.push_back({"version", false, version, {}, Action::anyone});
  table.push_back({"sweep", false, sweep, {}, Action::reports});
  Verb approve{"sweep approve", false, sweep_approve, {}, Action::erase, /*uses_approval=*/true};
  approve.subject = sweep_subject;
  table.push_back(approve);
}

}  // namespace tenure::daemon
