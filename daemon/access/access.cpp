#include "daemon/access/access.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "daemon/access/password.h"
#include "daemon/access/rights_record.h"
#include "daemon/access/totp.h"

namespace tenure::daemon {

namespace {
constexpr std::uint64_t kFreeOfPerson = 3, kFreeOfPeer = 3;  // the same: a name that is nobody's is slowed no later
constexpr Duration kMostForPerson = std::chrono::minutes(5), kMostForPeer = std::chrono::minutes(15);
constexpr std::size_t kLongestCode = 64;
constexpr std::string_view kHowToLogIn = "log in: tenure login NAME";

bool could_do(const Rights& rights, const std::vector<std::string>& roles, Action action) {
  const auto grant = rights.of(roles, action);
  return grant == Grant::yes || grant == Grant::second_person;
}

bool is_owner(uid_t uid) { return uid == 0 || uid == ::geteuid(); }

// Who may be a second person. What the IT administrator may do to people is approved by a practice manager, not by the
// next IT administrator.
bool could_approve(const Rights& rights, const std::vector<std::string>& roles, Action action) {
  const auto manager = config::to_string(Role::practice_manager);
  return could_do(rights, roles, action) &&
         (action != Action::people || std::find(roles.begin(), roles.end(), manager) != roles.end());
}

std::string names_of(const std::vector<std::string>& roles) {
  return roles.empty() ? "none" : fmt::format("{}", fmt::join(roles, ", "));
}
}  // namespace

Duration slowed_by(std::uint64_t failures, std::uint64_t free, Duration most) {
  if (failures < free) return Duration::zero();
  const auto doublings = std::min<std::uint64_t>(failures - free, 20);
  return std::min<Duration>(most, Seconds(std::int64_t{1} << doublings));
}

Duration left_of(Duration wait, Instant last, Instant now) {
  return std::clamp(last + wait - now, Duration::zero(), wait);
}

Access::Access(storage::Storage& storage, const Clock& clock, Settings settings, const ActionOf& action_of)
    : storage_(storage), clock_(clock), settings_(std::move(settings)), rights_(std::make_shared<const Rights>()) {
  storage_.approvals().set_judge({[this, action_of](const storage::Actor& actor, const storage::Approval& approval) {
                                    const auto action = action_of(approval);
                                    return action && !actor.person.empty() && could_approve(*rights(), actor.roles, *action);
                                  },
                                  [this, action_of](const storage::Approval& approval) {
                                    const auto action = action_of(approval);
                                    const auto all = storage_.people().list();
                                    return action &&
                                           std::any_of(all.begin(), all.end(), [&](const storage::Person& person) {
                                             return !person.disabled_at && person.id.text() != approval.asked_person &&
                                                    could_approve(*rights(), person.roles, *action);
                                           });
                                  }});
  adopt_settings();
}

void Access::adopt_settings() {
  const auto settings = settings_();
  storage_.approvals().set_validity(settings->access.approval);
  record_rights(storage_.people(), settings->access.rights, clock_.now());  // I13: before they count
  *rights_.lock() = std::make_shared<const Rights>(settings->access.rights);
}

storage::SessionLimits Access::limits() const {
  const auto settings = settings_();
  return {settings->access.idle, settings->access.longest};
}

Asker Access::identify(uid_t uid, const std::string& unix_user, const std::string& token) {
  Asker asker{{unix_user}, uid};
  if (token.empty() || !has_people()) return asker;
  asker.session = storage_.sessions().find(token, uid, limits());
  if (!asker.session) {
    asker.trouble = "your login has ended; ";
    return asker;
  }
  asker.token = token;
  asker.actor = asker.session->person.actor();
  return asker;
}

bool Access::may(const Asker& asker, Action action) const {
  if (action <= Action::health) return true;
  if (!has_people()) return is_owner(asker.uid);
  return asker.session && rights()->of(asker.actor.roles, action) != Grant::no;
}

Grant Access::check(const Asker& asker, Action action, const std::string& case_reference) const {
  if (action <= Action::health) return Grant::yes;
  if (!has_people()) {
    if (is_owner(asker.uid)) return Grant::yes;
    throw Error(ErrorKind::refused,
                fmt::format("{} may not do this: there are no people, and until there are only root or the daemon's own "
                            "user may; make the first practice manager (sudo tenure user add ...)",
                            asker.actor.name));
  }
  if (!asker.session)
    throw Error(ErrorKind::refused, fmt::format("this needs a person: {}{}", asker.trouble, kHowToLogIn));
  const auto grant = rights()->of(asker.actor.roles, action);
  if (grant == Grant::no)
    throw Error(
        ErrorKind::refused,
        fmt::format(
            "{} may not do this: it needs the right {}, and the roles {} do not have it; ask the practice manager",
            asker.actor.name, config::to_string(action), names_of(asker.actor.roles)));
  if (grant == Grant::by_case && asker.session->case_reference.empty() && case_reference.empty())
    throw Error(ErrorKind::refused,
                fmt::format("{} may do this for a case only: name it with --case, or for the whole login with "
                            "tenure login --case REFERENCE",
                            asker.actor.name));
  if (needs_fresh_code(action) && clock_.now() >= asker.session->proved_at + settings_()->access.fresh)
    throw Error(ErrorKind::refused, "this needs a fresh code from your authenticator: tenure login --fresh");
  return grant;
}

void Access::refuse_while_slowed(const std::optional<storage::Person>& person, uid_t uid) const {
  const auto& sessions = storage_.sessions();
  const auto of_person = sessions.failures_of(person ? std::optional(person->id) : std::nullopt);
  const auto by_peer = sessions.failures_by(uid);
  const auto now = clock_.now();
  const auto left = std::max(left_of(slowed_by(of_person.count, kFreeOfPerson, kMostForPerson), of_person.last, now),
                             left_of(slowed_by(by_peer.count, kFreeOfPeer, kMostForPeer), by_peer.last, now));
  if (left <= Duration::zero()) return;
  throw Error(ErrorKind::refused,
              fmt::format("too many failed logins: try again in {} s", std::chrono::ceil<Seconds>(left).count()));
}

std::optional<storage::UsedCode> Access::match(const storage::Person& person, const std::string& code) const {
  const auto proof = storage_.people().proof(person.id);
  if (!proof.totp.empty())
    if (const auto step = match_totp(proof.totp, code, clock_.now(), proof.totp_step))
      return storage::UsedCode{*step, {}};
  const auto recovery = recovery_code_form(code);
  if (recovery && storage_.sessions().knows_recovery(person.id, *recovery)) return storage::UsedCode{0, *recovery};
  return std::nullopt;
}

std::string Access::login(uid_t uid, const LoginRequest& request) {
  if (!has_people())
    throw Error(ErrorKind::refused,
                "there are no people yet, so nobody can log in: make the first with tenure user add");
  const auto person = storage::is_login_name(request.name) ? storage_.people().find(request.name) : std::nullopt;
  refuse_while_slowed(person, uid);
  const bool enabled = person && !person->disabled_at;
  // As long for somebody unknown as for somebody known.
  const bool knows =
      is_password(request.password, enabled ? storage_.people().proof(person->id).password : std::string());
  const auto used =
      enabled && knows && request.code.size() <= kLongestCode ? match(*person, request.code) : std::nullopt;
  if (!used) {
    const auto* why = !person ? "nobody of that name" : !enabled ? "disabled" : !knows ? "password" : "code";
    storage_.sessions().note_failure(person, uid, why);
    log_warning("event=login-failed uid={} why=\"{}\"", uid, why);
    throw Error(ErrorKind::refused,
                "the name, the password or the code is wrong (a code counts once: wait for the next one)");
  }
  return storage_.sessions().begin(*person, uid, *used, request.reason, request.case_reference);
}

void Access::prove(const Asker& asker, const std::string& code) {
  if (!asker.session) throw Error(ErrorKind::refused, fmt::format("{}{}", asker.trouble, kHowToLogIn));
  const auto& person = asker.session->person;
  refuse_while_slowed(person, asker.uid);
  const auto used = code.size() <= kLongestCode ? match(person, code) : std::nullopt;
  if (!used) {
    storage_.sessions().note_failure(person, asker.uid, "fresh code");
    throw Error(ErrorKind::refused, "the code is wrong (a code counts once: wait for the next one)");
  }
  storage_.sessions().prove(asker.token, person, *used);
}

void Access::tidy() {
  if (has_people()) storage_.sessions().remove_ended(limits());
  storage_.approvals().end_expired();
}

}  // namespace tenure::daemon
