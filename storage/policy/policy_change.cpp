#include "storage/policy/policy_change.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/policy/policy_rows.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kLongestReason = 2'000;
constexpr Duration kSettled = std::chrono::minutes(10);  // what ended longer ago is committed, unless the catalogue was away
constexpr Duration kLatest = std::chrono::days(366);

std::string described(const Period& period, config::Anchor anchor) {
  return to_string(period) + " from the " + (anchor == config::Anchor::capture_start ? "start" : "end") + " of capture";
}

void check_reason(const std::string& reason) {
  if (reason.find_first_not_of(" \t\r\n") == std::string::npos) throw Error(ErrorKind::usage, "reason: is required.");
  if (reason.size() > kLongestReason) throw Error(ErrorKind::usage, "reason: is over 2000 characters.");
}

void check_changes_something(const PolicyRow& now, const PolicyWish& wish) {
  if (!same_promise({now.period, now.anchor}, {wish.period, wish.anchor})) return;
  const auto letters = now.period == wish.period ? "" : " (" + to_string(wish.period) + " is the same as " + to_string(now.period) + ")";
  throw Error(ErrorKind::refused, "That is the policy of class " + wish.cls + " already" + letters + ": nothing would change.");
}

boost::json::object tally(const Tally& all) {
  boost::json::object out{{"recordings", all.recordings}, {"calls", all.calls}, {"bytes", all.bytes}};
  if (all.oldest) out["oldest"] = to_rfc3339(*all.oldest);
  if (all.newest) out["newest"] = to_rfc3339(*all.newest);
  return out;
}

std::string subject_of(const PolicyVersion& version, const PolicyPreview& preview) {
  auto subject = version_subject(version);
  subject["was"] = described(preview.now.period, preview.now.anchor);
  subject["preview"] = version.preview;
  subject["falls_due"] = tally(preview.falls_due);
  subject["held"] = tally(preview.held);
  return boost::json::serialize(subject);
}

void insert_version(sqlite::Connection& db, PolicyVersion& version) {
  db.run("INSERT INTO policy_version(class, period, anchor, asked_at, asked_by, reason, approval, preview, as_of, effective_at)"
         " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", version.promise.cls, to_string(version.promise.period),
         version.promise.anchor == config::Anchor::capture_start, version.asked_at, version.asked_by, version.reason,
         version.approval, version.preview, version.as_of, version.effective_at);
  auto number = db.query("SELECT max(number) FROM policy_version");
  number.step();
  version.number = number.natural(0);
}

// With a token: what was shown. Without one there is nothing to shorten, and it takes effect at once.
PolicyPreview shown_or_now(sqlite::Connection& db, const PolicyWish& wish, const std::string& token, const TrustedTime& time) {
  if (token.empty()) return preview_policy(db, wish, time.hi, time.lo - kSettled);
  const auto times = times_of_token(token);
  auto preview = preview_policy(db, wish, times.effective_at, times.as_of);
  if (preview.token != token)
    throw Error(ErrorKind::refused, "What this change makes fall due is no longer what the preview showed: look at it again with: "
                                    "tenure policy preview " + wish.cls + " --period " + to_string(wish.period));
  return preview;
}

void check_shortening(const PolicyPreview& preview, const std::string& token, const std::optional<ApprovalId>& approval,
                      const TrustedTime& time) {
  if (!preview.shortens) return;
  if (token.empty())
    throw Error(ErrorKind::usage, "preview: this shortens what was promised: look at what falls due first (tenure policy preview " +
                                      preview.wish.cls + " --period " + to_string(preview.wish.period) + "), and give what it prints");
  if (preview.effective_at < time.hi + PolicyChanges::kNotice)
    throw Error(ErrorKind::refused, "It would take effect at " + to_rfc3339(preview.effective_at) + ", and a shorter period needs 24 "
                                    "hours from now: preview it again, with a later --effective.");
  if (!approval) throw Error(ErrorKind::refused, "A shorter period needs the approval of a second person.");
}
}  // namespace

std::string to_string(VersionState state) {
  switch (state) {
    case VersionState::waiting: return "waiting";
    case VersionState::in_force: return "in force";
    case VersionState::past: return "past";
    case VersionState::cancelled: return "cancelled";
  }
  return {};
}

void PolicyChanges::check(sqlite::Connection& db, const PolicyWish& wish) const {
  const Duration least = trial_ ? Duration(std::chrono::minutes(1)) : Duration(std::chrono::days(1));
  if (shortest(wish.period) < least || wish.period.years < 0 || wish.period.months < 0 || wish.period.days < 0)
    throw Error(ErrorKind::usage, "period: must be an ISO 8601 period from " + std::string(trial_ ? "PT1M" : "P1D") +
                                      " to P100Y, for example P28D or P3Y.");
  for (const auto& version : read_versions(db, wish.cls))
    if (version.state == VersionState::waiting)
      throw Error(ErrorKind::refused, "For class " + wish.cls + " a change to " + to_string(version.promise.period) +
                                          " already waits until " + to_rfc3339(version.effective_at) +
                                          ": cancel it first (tenure policy cancel " + wish.cls + ").");
}

PolicyPreview PolicyChanges::preview(const PolicyWish& wish, std::optional<Instant> effective_at) const {
  const auto time = clock_.trusted();
  return catalogue_.state().read([&](sqlite::Connection& db) {
    check(db, wish);
    const auto usual = std::chrono::ceil<std::chrono::minutes>(time.hi + kUsualLead);
    auto preview = preview_policy(db, wish, effective_at.value_or(usual), time.lo - kSettled);
    check_changes_something(preview.now, wish);
    if (effective_at && *effective_at > time.hi + kLatest) throw Error(ErrorKind::usage, "effective: is over a year ahead.");
    if (effective_at && *effective_at < (preview.shortens ? time.hi + kNotice : time.lo))
      throw Error(ErrorKind::usage, preview.shortens ? "effective: a shorter period takes effect 24 hours after its approval at the earliest."
                                                     : "effective: is in the past.");
    if (effective_at || preview.shortens) return preview;
    return preview_policy(db, wish, time.hi, time.lo - kSettled);  // nothing to wait for
  });
}

PolicyPreview PolicyChanges::preview_again(const PolicyWish& wish, const std::string& token) const {
  const auto time = clock_.trusted();
  return catalogue_.state().read([&](sqlite::Connection& db) {
    check(db, wish);
    return shown_or_now(db, wish, token, time);
  });
}

PolicyVersion PolicyChanges::change(const PolicyWish& wish, const std::string& token, const std::string& reason, const Actor& actor,
                                    const std::optional<ApprovalId>& approval) {
  check_reason(reason);
  if (actor.name.empty()) throw Error(ErrorKind::internal, "Nobody is named as changing the policy.");
  PolicyVersion version;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto time = clock_.trusted();
    check(db, wish);
    const auto preview = shown_or_now(db, wish, token, time);
    check_changes_something(preview.now, wish);
    check_shortening(preview, token, approval, time);
    if (approval) use_approval(transaction, {*approval, kAct, approval_subject(preview), reason}, actor, time);
    version.promise = wish;
    version.asked_at = time.best();
    version.asked_by = actor.name;
    version.reason = reason;
    version.approval = approval ? approval->text() : "";
    version.preview = preview.token;
    version.as_of = preview.as_of;
    version.effective_at = preview.effective_at;
    insert_version(db, version);
    for (const auto& id : preview.due) db.run("INSERT OR REPLACE INTO policy_due(segment, version) VALUES(?, ?)", id, version.number);
    insert_ledger(db, ledger_entry(time.best(), actor, "policy-change", subject_of(version, preview), reason));
  });
  log_warning("event=policy-change class={} period={} effective={}", wish.cls, to_string(wish.period), to_rfc3339(version.effective_at));
  return version;
}

PolicyVersion PolicyChanges::cancel(const std::string& cls, const std::string& reason, const Actor& actor) {
  check_reason(reason);
  PolicyVersion found;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto time = clock_.trusted();
    const auto all = read_versions(db, cls);
    const auto waits = std::find_if(all.begin(), all.end(), [](const auto& one) { return one.state == VersionState::waiting; });
    if (waits == all.end())
      throw Error(ErrorKind::not_found, "class: no change of \"" + log_safe(cls) + "\" waits; see tenure policy show.");
    found = *waits;
    found.state = VersionState::cancelled;
    found.cancelled_at = time.best();
    found.cancelled_by = actor.name;
    found.cancel_reason = reason;
    db.run("UPDATE policy_version SET cancelled_at = ?2, cancelled_by = ?3, cancel_reason = ?4 WHERE number = ?1", found.number,
           time.best(), actor.name, reason);
    db.run("DELETE FROM policy_due WHERE version = ?", found.number);
    insert_ledger(db, ledger_entry(time.best(), actor, "policy-cancel", boost::json::serialize(version_subject(found)), reason));
  });
  return found;
}

std::vector<PolicyVersion> PolicyChanges::versions() const {
  return catalogue_.state().read([](sqlite::Connection& db) { return read_versions(db); });
}

std::vector<PolicyVersion> PolicyChanges::waiting() const {
  auto all = versions();
  std::erase_if(all, [](const PolicyVersion& version) { return version.state != VersionState::waiting; });
  return all;
}

std::string approval_subject(const PolicyPreview& preview) {
  const auto& due = preview.falls_due;
  std::vector<std::pair<std::string, std::string>> members{
      {"class", preview.wish.cls}, {"period", to_string(preview.wish.period)},
      {"anchor", preview.wish.anchor == config::Anchor::capture_start ? "capture_start" : "capture_end"},
      {"effective_at", to_rfc3339(preview.effective_at)}, {"preview", preview.token},
      {"falls_due", std::to_string(due.recordings)}, {"falls_due_calls", std::to_string(due.calls)},
      {"falls_due_bytes", std::to_string(due.bytes)}};
  if (due.oldest) members.emplace_back("oldest", to_rfc3339(*due.oldest));
  if (due.newest) members.emplace_back("newest", to_rfc3339(*due.newest));
  return approval_subject(std::move(members));
}

std::vector<PolicyProposal> policy_proposals(const std::vector<PolicyRow>& policy, const std::vector<config::Class>& classes) {
  std::vector<PolicyProposal> all;
  for (const auto& row : policy) {
    const auto wanted = std::find_if(classes.begin(), classes.end(), [&](const auto& cls) { return cls.name == row.cls; });
    const auto now = described(row.period, row.anchor);
    if (wanted == classes.end())
      all.push_back({std::nullopt, "Class " + row.cls + " is no longer in the settings file; what it holds keeps its promise of " + now + "."});
    else if (!same_promise({wanted->period, wanted->anchor}, {row.period, row.anchor}))
      all.push_back({PolicyWish{row.cls, wanted->period, wanted->anchor},
                     "Class " + row.cls + " is kept for " + now + "; the settings file says " +
                         described(wanted->period, wanted->anchor) + ". What was promised stays until a change is approved. If the "
                         "file is to be followed: tenure policy preview " + row.cls + " --from-settings; if it is the file that is "
                         "behind, write what is promised into it."});
  }
  return all;
}

}  // namespace tenure::storage
