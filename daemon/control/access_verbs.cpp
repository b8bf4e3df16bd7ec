// login, login fresh, login reason, logout, whoami.
#include "base/log.h"
#include "daemon/control/rows.h"
#include "daemon/control/verbs.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
constexpr std::size_t kLongestName = 64, kLongestPassword = 1024, kLongestCode = 64, kLongestReason = 2000;

json::object session_row(const storage::Session& session) {
  json::object out = row(session.person);
  out["started_at"] = to_rfc3339(session.started_at);
  out["ends_at"] = to_rfc3339(session.ends_at);
  out["fresh_since"] = to_rfc3339(session.proved_at);
  out["reason"] = session.reason;
  out["case"] = session.case_reference;
  return out;
}

const storage::Session& must_be_logged_in(const Call& call) {
  if (!call.asker.session)
    throw Error(ErrorKind::refused, call.asker.trouble + "nobody is logged in here: tenure login NAME");
  return *call.asker.session;
}

// `case` has been taken out of the arguments by the door, and stands in no handler's: login reads it under another
// name.
json::value login(const Call& call) {
  call.args.only({"name", "password", "code", "reason", "case_reference"});
  const LoginRequest request{call.args.need("name", kLongestName), call.args.need("password", kLongestPassword),
                             call.args.need("code", kLongestCode),
                             call.args.text("reason", kLongestReason).value_or(""),
                             call.args.text("case_reference", kLongestReason).value_or("")};
  auto& access = call.rooms.access;
  const auto token = access.login(call.asker.uid, request);
  const auto asker = access.identify(call.asker.uid, call.asker.actor.name, token);
  if (!asker.session) throw Error(ErrorKind::refused, "the login ended at once: the clock may have been set");
  auto out = session_row(*asker.session);
  out["session"] = token;
  return out;
}

json::value login_fresh(const Call& call) {
  call.args.only({"code"});
  must_be_logged_in(call);
  call.rooms.access.prove(call.asker, call.args.need("code", kLongestCode));
  const auto asker = call.rooms.access.identify(call.asker.uid, call.asker.actor.name, call.asker.token);
  return asker.session ? session_row(*asker.session) : json::object{};
}

json::value login_reason(const Call& call) {
  call.args.only({"reason", "case_reference"});
  auto session = must_be_logged_in(call);
  session.reason = call.args.text("reason", kLongestReason).value_or("");
  session.case_reference = call.args.text("case_reference", kLongestReason).value_or("");
  call.rooms.storage.sessions().set_reason(call.asker.token, session.reason, session.case_reference);
  return session_row(session);
}

json::value logout(const Call& call) {
  call.args.only({});
  const bool ended = !call.asker.token.empty() && call.rooms.storage.sessions().end(call.asker.token, call.asker.actor);
  return json::object{{"ended", ended}};
}

json::value whoami(const Call& call) {
  call.args.only({});
  if (call.asker.session) return session_row(*call.asker.session);
  const bool people = call.rooms.access.has_people(), owner = call.may(Action::person);
  return json::object{
      {"name", call.asker.actor.name},
      {"roles", json::array{}},
      {"note", people ? call.asker.trouble + "not logged in: tenure login NAME"
                : owner ? "no people yet: this Unix user acts as the owner; make the first person with tenure user add"
                        : "no people yet: root or the daemon's own user makes the first (sudo tenure user add)"}};
}
}  // namespace

void add_access_verbs(std::vector<Verb>& table) {
  Verb with_password{"login", false, login, {}, Action::anyone};
  with_password.slow = true;
  table.push_back(with_password);
  Verb fresh{"login fresh", false, login_fresh, {}, Action::anyone};
  fresh.slow = true;  // one try after the other, or the delay between them is got round
  table.push_back(fresh);
  table.push_back({"login reason", false, login_reason, {}, Action::person});
  table.push_back({"logout", false, logout, {}, Action::anyone});
  table.push_back({"whoami", false, whoami, {}, Action::anyone});
}

}  // namespace tenure::daemon
