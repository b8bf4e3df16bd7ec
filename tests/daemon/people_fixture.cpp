#include "people_fixture.h"

#include "daemon/access/password.h"

namespace tenure::daemon {
namespace json = boost::json;

PeopleTest::PeopleTest(const std::string& more_settings) : RoomsTest(more_settings) {
  storage_->catalogue().ensure_source("door", "cctv", storage::Kind::camera);
}

storage::Person PeopleTest::add(const std::string& name, std::vector<std::string> roles, const std::string& by) {
  static const std::string encoded = hash_password(kPassword);
  const Digest secret = sha256(as_view(name));
  return storage_->people().add(
      {name, name + " of the practice", std::move(roles), encoded, Blob(secret.begin(), secret.begin() + 20), {}},
      {by});
}

std::string PeopleTest::code_of(const std::string& name) {
  const Digest secret = sha256(as_view(name));
  return totp_code(View(secret).first(20), totp_step(clock_.now()));
}

std::string PeopleTest::login(const std::string& name, const std::string& password, const std::string& code) {
  return access_->login(kUid, {name, password, code.empty() ? code_of(name) : code, {}, {}});
}

Asker PeopleTest::asker(const std::string& token, uid_t uid) {
  return access_->identify(uid, "uid 1000 (desk)", token);
}

Asker PeopleTest::logged_in(const std::string& name) {
  return asker(storage_->sessions().begin(*storage_->people().find(name), kUid, {made_up_step_++, {}}, {}, {}));
}

json::value PeopleTest::ask(const Asker& who, const std::string& verb, json::object args) {
  NoSink sink;
  return RoomsTest::ask(who, verb, std::move(args), &sink);
}

Error PeopleTest::refusal(const Asker& who, const std::string& verb, json::object args) {
  return refusal_of([&] { return ask(who, verb, std::move(args)); });
}

std::vector<std::string> PeopleTest::acts() const {
  std::vector<std::string> all;
  for (const auto& entry : storage_->catalogue().ledger(0, 1000))
    if (!entry.act.starts_with("policy-")) all.push_back(entry.actor + " " + entry.act);
  return all;
}

}  // namespace tenure::daemon
