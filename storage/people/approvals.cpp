#include "storage/people/approvals.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/people/approval_difference.h"
#include "storage/people/person_rows.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kMostWaiting = 1'000, kLongestSubject = 16'384, kLongestReason = 2'000;
constexpr Duration kLately = std::chrono::days(7);
const std::string kColumns =
    "id, act, subject, reason, state, asked_at, asked_by, asked_person, expires_at, earliest,"
    " decided_at, decided_by, decided_reason, used_at, note";

Approval read_approval(const sqlite::Statement& row) {
  Approval approval;
  approval.id = row.id<ApprovalId>(0);
  approval.act = row.text(1);
  approval.subject = row.text(2);
  approval.reason = row.text(3);
  approval.state = static_cast<ApprovalState>(row.integer(4));
  approval.asked_at = row.instant(5);
  approval.asked_by = row.text(6);
  approval.asked_person = row.text(7);
  approval.expires_at = row.instant(8);
  approval.earliest = row.maybe_instant(9);
  approval.decided_at = row.maybe_instant(10);
  approval.decided_by = row.text(11);
  approval.decided_reason = row.text(12);
  approval.used_at = row.maybe_instant(13);
  approval.note = row.text(14);
  return approval;
}

bool is_open(const Approval& approval) {
  return approval.state == ApprovalState::waiting || approval.state == ApprovalState::approved;
}

// As a person must see it: what is past its end has expired, marked or not.
Approval at_time(Approval approval, const TrustedTime& time) {
  // By the time that is certain: while time is in doubt, the late end may be a year off, and lowering it needs an approval.
  if (is_open(approval) && approval.expires_at <= time.lo) approval.state = ApprovalState::expired;
  return approval;
}

Approval must_load(sqlite::Connection& db, const ApprovalId& id, const TrustedTime& time) {
  auto query = db.query("SELECT " + kColumns + " FROM approval WHERE id = ?", id);
  if (!query.step())
    throw Error(ErrorKind::not_found, "There is no request with the id " + id.text() + ": see tenure approvals list.");
  return at_time(read_approval(query), time);
}

std::string subject_of(const Approval& approval) {
  boost::json::object subject{{"approval", approval.id.text()},
                              {"act", approval.act},
                              {"of", boost::json::parse(approval.subject)},
                              {"asked_by", approval.asked_by},
                              {"expires", to_rfc3339(approval.expires_at)}};
  if (approval.earliest) subject["alone_from"] = to_rfc3339(*approval.earliest);
  if (!approval.note.empty()) subject["note"] = approval.note;
  return boost::json::serialize(subject);
}

bool is_same(const Approval& approval, const Actor& actor) {
  return approval.asked_person == actor.person && approval.asked_by == actor.name;
}

// Whose rights changed just before a request that nobody could approve: it may have been made to be so.
std::string lately_changed(sqlite::Connection& db, Instant now) {
  auto query = db.query(
      "SELECT DISTINCT json_extract(subject, '$.person') FROM ledger WHERE act IN ('person-disable', 'person-roles') AND at > ?"
      " ORDER BY 1 LIMIT 20",
      now - kLately);
  std::string names;
  while (query.step()) names += (names.empty() ? "" : ", ") + query.text(0);
  return names.empty() ? names : "disabled or given other roles within 7 days before: " + names;
}

// The same hand could have approved: whoever set a login's secrets could log in with them.
std::string set_by_asker(sqlite::Connection& db, const Approval& approval, const Actor& approver) {
  const auto person = load_person(db, approver.name);
  if (!person) return approval.note;
  std::string what;
  const auto add = [&](const std::string& by, const char* name) {
    if (by == approval.asked_by) what += (what.empty() ? "" : ", ") + std::string(name);
  };
  add(person->password_by, "password");
  add(person->totp_by, "code");
  add(person->recovery_by, "recovery codes");
  if (what.empty()) return approval.note;
  return approval.note + (approval.note.empty() ? "" : "; ") + approval.asked_by + ", who asked, had set " + what + " of " +
         approver.name + ", who approved";
}

[[noreturn]] void refuse_act(const Approval& approval, const std::string& why) {
  throw Error(ErrorKind::refused, "Request " + approval.id.text() + " for " + approval.act + " " + why);
}

void check_text(const std::string& field, const std::string& text, std::size_t most) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) throw Error(ErrorKind::usage, field + ": is required.");
  if (text.size() > most) throw Error(ErrorKind::usage, field + ": is over " + std::to_string(most) + " characters.");
}
}  // namespace

std::string to_string(ApprovalState state) {
  switch (state) {
    case ApprovalState::waiting:
      return "waiting";
    case ApprovalState::approved:
      return "approved";
    case ApprovalState::refused:
      return "refused";
    case ApprovalState::used:
      return "used";
    case ApprovalState::expired:
      return "expired";
  }
  return "unknown";
}

Approval Approvals::ask(std::string act, std::string subject, const std::string& reason, const Actor& actor) {
  check_text("reason", reason, kLongestReason);
  if (actor.name.empty() || act.empty() || subject.empty())
    throw Error(ErrorKind::internal, "A request for approval names who asks, an act and its subject.");
  if (subject.size() > kLongestSubject)
    throw Error(ErrorKind::usage, "The request is too long to be approved: name less at once.");
  const auto time = clock_.trusted();
  Approval approval{ApprovalId::make(time.best()),
                    std::move(act),
                    std::move(subject),
                    reason,
                    ApprovalState::waiting,
                    time.best(),
                    actor.name,
                    actor.person,
                    time.lo + validity_.load(),
                    {},
                    {},
                    {},
                    {},
                    {},
                    {}};
  if (judge_.other_exists && !judge_.other_exists(approval)) {
    approval.earliest = time.hi + kDelay;
    approval.expires_at = std::max(approval.expires_at, *approval.earliest + kDelay);
  }
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    auto waiting = db.query("SELECT count(*) FROM approval WHERE state IN (0, 1) AND expires_at > ?", time.lo);
    if (waiting.step() && waiting.natural(0) >= kMostWaiting)
      throw Error(ErrorKind::refused,
                  "There are already 1,000 requests that wait: have some decided first (tenure approvals list).");
    waiting.run();
    if (approval.earliest) approval.note = lately_changed(db, approval.asked_at);
    db.run(
        "INSERT INTO approval(id, act, subject, reason, state, asked_at, asked_by, asked_person, expires_at, earliest, note)"
        " VALUES(?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
        approval.id, approval.act, approval.subject, approval.reason, approval.asked_at, approval.asked_by,
        approval.asked_person, approval.expires_at, approval.earliest, approval.note);
    insert_ledger(db, ledger_entry(time.best(), actor, "approval-ask", subject_of(approval), reason));
  });
  return approval;
}

Approval Approvals::decide(const ApprovalId& id, ApprovalState state, const std::string& reason, const Actor& actor) {
  if (actor.name.empty()) throw Error(ErrorKind::internal, "Nobody is named as deciding on a request.");
  const bool approves = state == ApprovalState::approved;
  const bool rightful = !judge_.may_approve || judge_.may_approve(actor, show(id));
  Approval approval;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto time = clock_.trusted();
    approval = must_load(db, id, time);
    if (approval.state != ApprovalState::waiting && !(approval.state == ApprovalState::approved && !approves))
      refuse_act(approval, "is " + to_string(approval.state) + " and cannot be decided any more: ask anew.");
    const bool own = is_same(approval, actor);
    if (own && approves) refuse_act(approval, "was asked for by you: somebody else must approve it.");
    if (!own && !rightful) refuse_act(approval, "cannot be decided by you: your roles do not allow that act.");
    approval.state = state;
    approval.decided_at = time.best();
    approval.decided_by = actor.name;
    approval.decided_reason = reason;
    if (approves) approval.note = set_by_asker(db, approval, actor);
    db.run("UPDATE approval SET state = ?2, decided_at = ?3, decided_by = ?4, decided_reason = ?5, note = ?6 WHERE id = ?1", id,
           static_cast<int>(state), approval.decided_at, approval.decided_by, reason, approval.note);
    insert_ledger(db, ledger_entry(time.best(), actor, approves ? "approval-approve" : "approval-refuse",
                                   subject_of(approval), reason));
  });
  return approval;
}

Approval Approvals::approve(const ApprovalId& id, const Actor& actor) {
  return decide(id, ApprovalState::approved, {}, actor);
}

Approval Approvals::refuse(const ApprovalId& id, const std::string& reason, const Actor& actor) {
  check_text("reason", reason, kLongestReason);
  return decide(id, ApprovalState::refused, reason, actor);
}

void Approvals::must_still_be_alone(const ApprovalId& id) const {
  const auto approval = show(id);
  if (approval.state == ApprovalState::waiting && approval.earliest && judge_.other_exists && judge_.other_exists(approval))
    refuse_act(approval, "waits for a second person, for by now there is one who could approve it: tenure approvals approve " + id.text());
}

Approval Approvals::use(const ApprovedAct& approved, const Actor& actor) {
  Approval used;
  catalogue_.write(
      [&](Catalogue::Transaction& transaction) { used = use_approval(transaction, approved, actor, clock_.trusted()); });
  return used;
}

std::vector<Approval> Approvals::list(std::size_t limit) const {
  const auto time = clock_.trusted();
  return catalogue_.state().read([&](sqlite::Connection& db) {
    std::vector<Approval> all;
    auto query = db.query("SELECT " + kColumns + " FROM approval ORDER BY asked_at DESC LIMIT ?", std::uint64_t{limit});
    while (query.step()) all.push_back(at_time(read_approval(query), time));
    return all;
  });
}

Approval Approvals::show(const ApprovalId& id) const {
  const auto time = clock_.trusted();
  return catalogue_.state().read([&](sqlite::Connection& db) { return must_load(db, id, time); });
}

std::size_t Approvals::end_expired() {
  const auto now = clock_.trusted();
  const auto over = [&](sqlite::Connection& db) {
    std::vector<Approval> all;
    auto query = db.query("SELECT " + kColumns + " FROM approval WHERE state IN (0, 1) AND expires_at <= ?", now.lo);
    while (query.step()) all.push_back(read_approval(query));
    return all;
  };
  if (catalogue_.state().read(over).empty()) return 0;
  std::size_t ended = 0;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    for (const auto& approval : over(transaction.db)) {
      transaction.db.run("UPDATE approval SET state = 4 WHERE id = ?", approval.id);
      insert_ledger(transaction.db, ledger_entry(now.best(), {"tenured"}, "approval-expire", subject_of(approval)));
      ++ended;
    }
  });
  return ended;
}

Approval use_approval(Catalogue::Transaction& transaction, const ApprovedAct& approved, const Actor& actor,
                      const TrustedTime& time) {
  auto& db = transaction.db;
  const auto approval = must_load(db, approved.id, time);
  if (approval.act != approved.act)
    refuse_act(approval, "is not for this: this is " + approved.act + ". Ask for it anew, without --approval.");
  if (approval.subject != approved.subject)
    refuse_act(approval, "is not for this: " + difference_in_words(approval.subject, approved.subject));
  if (!is_same(approval, actor))
    refuse_act(approval, "can only be used by " + approval.asked_by + ", who asked for it.");
  if (approved.reason && *approved.reason != approval.reason)
    refuse_act(approval, "is for the reason \"" + approval.reason + "\", and this gives \"" + *approved.reason +
                             "\": give the reason that was asked with, or ask anew.");
  if (!is_open(approval)) refuse_act(approval, "is " + to_string(approval.state) + " and cannot be used: ask anew.");
  if (approval.state == ApprovalState::waiting && !(approval.earliest && *approval.earliest <= time.lo))
    refuse_act(approval, approval.earliest
                             ? "waits: nobody else could approve it, so it stands alone from " +
                                   to_rfc3339(*approval.earliest) + "."
                             : "waits for a second person: tenure approvals approve " + approval.id.text());
  db.run("UPDATE approval SET state = 3, used_at = ?2 WHERE id = ?1", approval.id, time.best());
  insert_ledger(db, ledger_entry(time.best(), actor, "approval-use", subject_of(approval), approval.reason));
  return approval;
}

std::string approval_subject(std::vector<std::pair<std::string, std::string>> members) {
  std::sort(members.begin(), members.end());
  boost::json::object subject;
  for (const auto& [name, value] : members) subject[name] = value;
  return boost::json::serialize(subject);
}

}  // namespace tenure::storage
