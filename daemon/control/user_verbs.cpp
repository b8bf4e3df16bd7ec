// user add, list, show, role, disable, enable, password, totp, recovery, break-glass.
#include "base/log.h"
#include "daemon/access/password.h"
#include "daemon/access/people_rules.h"
#include "daemon/access/totp.h"
#include "daemon/control/approval_words.h"
#include "daemon/control/rows.h"
#include "daemon/control/verbs.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
constexpr std::string_view kIssuer = "Tenure";
constexpr const char* kDisable = "user disable";
constexpr std::size_t kLongestName = 64, kMostRoles = 10, kLongestTyped = 1024;

storage::People& people(const Call& call) { return call.rooms.storage.people(); }

storage::Person must_find(const Call& call, const std::string& name) {
  auto person = people(call).find(name);
  if (!person)
    throw Error(ErrorKind::not_found,
                fmt::format("there is nobody called \"{}\": see tenure user list", log_safe(name)));
  return *person;
}

struct Ruled {
  std::shared_ptr<const Rights> rights;
  PeopleRules rules;
};

Ruled rules_of(const Call& call) {
  auto rights = call.rooms.access.rights();
  return {rights, {*rights, call.actor}};
}

std::vector<std::string> roles_of(const Call& call) {
  auto roles = call.args.texts("roles");
  if (roles.size() > kMostRoles) throw Error(ErrorKind::usage, "role: at most 10 are taken");
  return roles;
}

std::string new_password(const Call& call, const std::string& name, const std::string& display) {
  const auto password = call.args.need("password", kLongestTyped);
  check_new_password(password, name, display);
  return hash_password(password);
}

std::vector<std::string> compared(const std::vector<std::string>& codes) {
  std::vector<std::string> forms;
  forms.reserve(codes.size());
  for (const auto& code : codes) forms.push_back(recovery_code_form(code).value_or(""));
  return forms;
}

void add_secret(json::object& out, const Blob& secret, const std::string& name) {
  out["totp_uri"] = totp_uri(secret, name, kIssuer);
  out["totp_secret"] = to_base32(secret);
}

json::value user_add(const Call& call) {
  call.args.only({"name", "display", "roles", "password"});
  const auto roles = roles_of(call);
  rules_of(call).rules.check_roles(roles);
  const auto name = call.args.need("name", kLongestName);
  if (!storage::is_login_name(name) || people(call).find(name))
    people(call).add({name, call.args.need("display"), roles, {}, {}, {}},
                     call.actor);  // throws, before the password's slow work
  const auto secret = new_totp_secret();
  const auto codes = new_recovery_codes();
  const auto person = people(call).add(
      {name, call.args.need("display"), roles, new_password(call, name, call.args.need("display")), secret, compared(codes)}, call.actor);
  json::object out = row(person);
  add_secret(out, secret, name);
  out["recovery_codes"] = texts(codes);
  return out;
}

json::value user_list(const Call& call) {
  call.args.only({});
  return rows(people(call).list());
}

json::value user_show(const Call& call) {
  call.args.only({"name"});
  return row(must_find(call, call.args.need("name", kLongestName)));
}

json::value user_role(const Call& call) {
  call.args.only({"name", "roles", "reason"});
  const auto target = must_find(call, call.args.need("name", kLongestName));
  const auto roles = roles_of(call);
  std::vector<storage::Person> setters;
  for (const auto& name : {target.password_by, target.totp_by, target.recovery_by})
    if (auto setter = people(call).find(name)) setters.push_back(*setter);
  rules_of(call).rules.check_grant(target, roles, setters);
  return row(people(call).set_roles(target.id, roles, call.args.need("reason"), call.actor));
}

json::value user_enable(const Call& call) {
  call.args.only({"name", "reason"});
  const auto target = must_find(call, call.args.need("name", kLongestName));
  rules_of(call).rules.check_target(target);
  return row(people(call).set_disabled(target.id, false, call.args.need("reason"), call.actor));
}

// Whoever may not change somebody may not leave the others alone either: a practice manager approves that first.
json::value user_disable(const Call& call) {
  call.args.only({"name", "reason", "approval"});
  const auto target = must_find(call, call.args.need("name", kLongestName));
  const auto reason = call.args.need("reason");
  if (!rules_of(call).rules.may_change(target)) {
    const auto subject = storage::approval_subject({{"name", target.name}});
    const auto named = call.args.text("approval", 64);
    if (!named) {
      const auto asked = call.rooms.storage.approvals().ask(kDisable, subject, reason, call.actor);
      return json::object{{"state", "waiting"}, {"approval", ApprovalWords(call.rooms, call.asker).row_of_new(asked)}};
    }
    const auto id = storage::ApprovalId::parse(*named);
    if (!id) throw Error(ErrorKind::usage, fmt::format("approval: \"{}\" is no id of a request", log_safe(*named)));
    call.rooms.storage.approvals().use({*id, kDisable, subject, reason}, call.actor);
  }
  return row(people(call).set_disabled(target.id, true, reason, call.actor));
}

// Oneself, or whoever one may change.
storage::Person whose(const Call& call) {
  const auto name = call.args.text("name", kLongestName).value_or(call.actor.name);
  auto target = must_find(call, name);
  if (target.id.text() == call.actor.person) return target;
  call.need(Action::people);
  rules_of(call).rules.check_target(target);
  return target;
}

json::value user_password(const Call& call) {
  call.args.only({"name", "password"});
  const auto target = whose(call);
  people(call).set_password(target.id, new_password(call, target.name, target.display), call.actor);
  return row(must_find(call, target.name));
}

json::value user_totp(const Call& call) {
  call.args.only({"name"});
  const auto target = whose(call);
  const auto secret = new_totp_secret();
  const bool own = target.id.text() == call.actor.person;
  const auto codes = own ? std::vector<std::string>() : new_recovery_codes();
  people(call).set_totp(target.id, secret, compared(codes), call.actor);
  json::object out = row(must_find(call, target.name));
  add_secret(out, secret, target.name);
  if (!own) out["recovery_codes"] = texts(codes);
  return out;
}

json::value user_recovery(const Call& call) {
  call.args.only({"name"});
  const auto target = whose(call);
  const auto codes = new_recovery_codes();
  people(call).set_recovery(target.id, compared(codes), call.actor);
  json::object out = row(must_find(call, target.name));
  out["recovery_codes"] = texts(codes);
  return out;
}

// Without a login, for there is nobody who could log in: the kernel says that it is root.
json::value break_glass(const Call& call) {
  call.args.only({"name", "reason", "password"});
  if (call.asker.uid != 0)
    throw Error(ErrorKind::refused, fmt::format("{} is not root, and this is for root on the machine itself: sudo tenure user break-glass ...", call.actor.name));
  const auto target = must_find(call, call.args.need("name", kLongestName));
  const auto secret = new_totp_secret();
  const auto codes = new_recovery_codes();
  const auto password = call.args.has("password") ? new_password(call, target.name, target.display) : std::string();
  const auto person = people(call).break_glass(target.id, {secret, compared(codes), password}, call.args.need("reason"), call.actor);
  log_error("event=break-glass person={} by=\"{}\"", person.name, log_safe(call.actor.name));
  json::object out = row(person);
  add_secret(out, secret, person.name);
  out["recovery_codes"] = texts(codes);
  return out;
}

Verb slow(Verb verb) {
  verb.slow = true;
  return verb;
}
}  // namespace

void add_user_verbs(std::vector<Verb>& table) {
  table.push_back(slow({"user add", false, user_add, {}, Action::people}));
  table.push_back({"user list", false, user_list, {}, Action::see_people});
  table.push_back({"user show", false, user_show, {}, Action::see_people});
  table.push_back({"user role", false, user_role, {}, Action::people});
  Verb disable{kDisable, false, user_disable, {}, Action::people};
  disable.asks_itself = true;  // where it is needed
  table.push_back(disable);
  table.push_back({"user enable", false, user_enable, {}, Action::people});
  table.push_back(slow({"user password", false, user_password, {}, Action::person_fresh}));
  table.push_back(slow({"user break-glass", false, break_glass, {}, Action::health}));
  table.push_back({"user totp", false, user_totp, {}, Action::person_fresh});
  table.push_back({"user recovery", false, user_recovery, {}, Action::person_fresh});
}

}  // namespace tenure::daemon
