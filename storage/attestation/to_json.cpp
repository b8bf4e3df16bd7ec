// The report as the JSON that is signed: schema tenure-promise-report-1, told in docs/reference/promise-report.md.
#include <boost/json.hpp>

#include "storage/attestation/attestation.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
json::value time_or_null(const std::optional<Instant>& at) {
  return at ? json::value(to_rfc3339(*at)) : json::value(nullptr);
}

const char* name_of(Weight weight) {
  if (weight == Weight::broken) return "broken";
  return weight == Weight::unsure ? "unsure" : "fault";
}

json::object row(const Finding& finding) {
  json::array first;
  for (const auto& one : finding.first)
    first.push_back(json::object{{"class", one.cls},
                                 {"source", one.source},
                                 {"place", one.place},
                                 {"should_have_gone", time_or_null(one.since)}});
  return {
      {"weight", name_of(finding.weight)}, {"kind", finding.kind},     {"count", finding.count}, {"what", finding.what},
      {"remedy", finding.remedy},          {"first", std::move(first)}};
}

json::object row(const ClassReport& one) {
  return {{"class", one.name},
          {"period", one.period},
          {"from", one.from_end ? "end" : "start"},
          {"recordings", one.recordings},
          {"bytes", one.bytes},
          {"oldest", time_or_null(one.oldest)},
          {"newest", time_or_null(one.newest)},
          {"next_end", time_or_null(one.next_end)},
          {"kept_by_holds", one.kept_by_holds},
          {"bytes_kept_by_holds", one.bytes_kept_by_holds},
          {"lost", one.lost},
          {"damaged", one.damaged}};
}

json::object row(const HoldReport& hold) {
  return {{"id", hold.id},
          {"state", hold.state},
          {"reason", hold.reason},
          {"authority", hold.authority},
          {"placed_by", hold.placed_by},
          {"placed_by_name", hold.placed_by_name},
          {"placed_at", to_rfc3339(hold.placed_at)},
          {"review", to_rfc3339(hold.review_at)},
          {"review_due", hold.review_due},
          {"counts_until", time_or_null(hold.counts_until)},
          {"keeps", hold.keeps},
          {"bytes", hold.bytes},
          {"past_end", hold.past_end},
          {"sources", json::array(hold.sources.begin(), hold.sources.end())}};
}

json::object row(const GapReport& gap) {
  return {{"source", gap.source},
          {"gaps", gap.gaps},
          {"missing_seconds", std::chrono::duration_cast<Seconds>(gap.missing).count()},
          {"commonest_cause", gap.cause}};
}

json::object row(const ErasureReport& erasure) {
  const json::value when(to_rfc3339(erasure.at));
  return {{"entry", erasure.entry},
          {"ordered_at", erasure.again ? json::value() : when},
          {"done_again_at", erasure.again ? when : json::value()},
          {"recordings", erasure.recordings},
          {"certified", erasure.certified},
          {"done_again", erasure.again}};
}

json::object row(const RollbackReport& rollback) {
  return {{"entry", rollback.entry},
          {"accepted_at", time_or_null(rollback.accepted_at)},
          {"lost_acts", rollback.lost_acts == 0 ? json::value() : json::value(rollback.lost_acts)}};
}

json::object row(const OutsideReport& outside) {
  return {{"name", outside.name},
          {"place", outside.place},
          {"files", outside.files},
          {"oldest", time_or_null(outside.oldest)},
          {"older_than_promised", outside.older_than_promised},
          {"problem", outside.problem}};
}

json::object row_of_backup(const OutsideReport& backup) {
  auto out = row(backup);
  out["newest"] = time_or_null(backup.newest);
  out["deleted_since"] = backup.deleted_since;
  return out;
}

const char* name_of(ProviderReport::Standing standing) {
  using Standing = ProviderReport::Standing;
  switch (standing) {
    case Standing::within:
      return "within";
    case Standing::longer:
      return "longer";
    case Standing::unknown:
      return "unknown";
    case Standing::ended:
      return "ended";
    case Standing::unregistered:
      break;
  }
  return "unregistered";
}

json::object row(const ProviderReport& one) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? json::value() : json::value(text); };
  return {{"source", one.source},
          {"class", one.cls},
          {"provider", text_or_null(one.name)},
          {"place", text_or_null(one.place)},
          {"keeps", text_or_null(one.keeps)},
          {"promised", text_or_null(one.promised)},
          {"until", time_or_null(one.until)},
          {"standing", name_of(one.standing)}};
}

json::object row(const SpaceForecast& space) {
  return {{"vault", space.vault},
          {"used", space.used},
          {"free", space.free},
          {"full_at", time_or_null(space.full_at)},
          {"full_now", space.full_now},
          {"promise_fits", space.promise_fits},
          {"month_fits", space.month_fits},
          {"days_that_fit", space.days_that_fit}};
}

template <typename Rows>
json::array rows(const Rows& all) {
  json::array out;
  for (const auto& one : all) out.push_back(row(one));
  return out;
}

json::array texts(const std::vector<std::string>& all) { return json::array(all.begin(), all.end()); }
}  // namespace

std::string to_json(const Attestation& report) {
  json::object acts;
  for (const auto& [act, count] : report.acts) acts[act] = count;
  json::array backups;
  for (const auto& one : report.backups) backups.push_back(row_of_backup(one));
  return json::serialize(json::object{{"schema", "tenure-promise-report-1"},
                                      {"practice", report.practice.empty() ? json::value() : json::value(report.practice)},
                                      {"at", to_rfc3339(report.at)},
                                      {"verdict", verdict_of(report)},
                                      {"words", texts(verdict_in_words(report))},
                                      {"trial", report.trial},
                                      {"time",
                                       {{"lo", to_rfc3339(report.time.lo)},
                                        {"hi", to_rfc3339(report.time.hi)},
                                        {"words", report.time_in_words}}},
                                      {"findings", rows(report.findings)},
                                      {"classes", rows(report.classes)},
                                      {"holds", rows(report.holds)},
                                      {"gaps", rows(report.gaps)},
                                      {"call_folders", rows(report.call_folders)},
                                      {"backups", std::move(backups)},
                                      {"provider_copies", rows(report.providers)},
                                      {"space", rows(report.spaces)},
                                      {"ledger",
                                       {{"entries", report.ledger.entries},
                                        {"sound", report.ledger.sound},
                                        {"problem", report.ledger.problem},
                                        {"checkpoint", report.ledger.checkpoint}}},
                                      {"acts_in_31_days", std::move(acts)},
                                      {"rollbacks_in_31_days", rows(report.rollbacks)},
                                      {"looked_at",
                                       {{"files", report.files},
                                        {"keys_live", report.keys_live},
                                        {"keys_erased", report.keys_erased},
                                        {"quarantined", report.quarantined},
                                        {"unknown_files", report.unknown_files},
                                        {"not_looked_at", report.not_looked_at}}},
                                      {"deleted_early_in_31_days", report.deleted_early},
                                      {"erasures_in_31_days", rows(report.erasures)},
                                      {"unseen", texts(unseen())}}) +
         "\n";
}

}  // namespace tenure::storage
