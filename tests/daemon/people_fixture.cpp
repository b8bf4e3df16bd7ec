#include "people_fixture.h"

#include <boost/filesystem/operations.hpp>

#include "config/reader.h"
#include "daemon/access/password.h"

namespace tenure::daemon {
namespace json = boost::json;
namespace fs = boost::filesystem;

PeopleTest::PeopleTest(const std::string& more_settings)
    : folder_(fs::temp_directory_path() / fs::unique_path("tenure-people-%%%%%%%%")),
      clock_(*parse_rfc3339("2026-03-02T14:00:00Z")) {
  fs::create_directories(folder_);
  use_settings(more_settings);
  storage_ = std::make_unique<storage::Storage>(*settings_, clock_);
  storage_->catalogue().ensure_source("door", "cctv", storage::Kind::camera);
  sweep_.first_done = true;
  access_ = std::make_unique<Access>(*storage_, clock_, [this] { return settings_; }, action_of);
  rooms_ = std::make_unique<Rooms>(
      Rooms{*storage_, clock_, [this] { return settings_; }, [] { return std::vector<ingest::CameraStatus>(); },
            [] { return std::vector<ingest::DropFolderStatus>(); }, [this] { return sweep_; },
            [] { return std::vector<std::string>(); }, stopping_, clock_.now(), *access_});
}

PeopleTest::~PeopleTest() {
  storage_.reset();
  fs::remove_all(folder_);
}

void PeopleTest::use_settings(const std::string& more) {
  const auto read = config::parse_settings("[storage]\npath = \"" + (folder_ / "state").string() + "\"\n" + more,
                                           folder_ / "tenure.toml");
  EXPECT_TRUE(read.ok()) << config::describe(read);
  settings_ = std::make_shared<const config::Settings>(read.settings);
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
  return run_verb(*rooms_, {verb, std::move(args)}, who, &sink);
}

Error PeopleTest::refusal(const Asker& who, const std::string& verb, json::object args) {
  try {
    const auto answer = ask(who, verb, std::move(args));
    return Error(ErrorKind::internal, "it was answered: " + json::serialize(answer));
  } catch (const Error& error) {
    return error;
  }
}

std::vector<std::string> PeopleTest::acts() const {
  std::vector<std::string> all;
  for (const auto& entry : storage_->catalogue().ledger(0, 1000))
    if (!entry.act.starts_with("policy-")) all.push_back(entry.actor + " " + entry.act);
  return all;
}

}  // namespace tenure::daemon
