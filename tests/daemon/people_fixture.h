// A storage with people of every role, logged in without the slow work of passwords, and a clock that tests move.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/error.h"
#include "daemon/access/totp.h"
#include "daemon/control/verbs.h"

namespace tenure::daemon {

class PeopleTest : public testing::Test {
 protected:
  explicit PeopleTest(const std::string& more_settings = {});
  ~PeopleTest() override;
  // A person with the roles; the password is kPassword, hashed once for all tests.
  storage::Person add(const std::string& name, std::vector<std::string> roles, const std::string& by = "uid 0 (root)");
  // The code of the person's authenticator now.
  std::string code_of(const std::string& name);
  // Logs in by the front door.
  std::string login(const std::string& name, const std::string& password = kPassword, const std::string& code = {});
  // As the daemon does for each request.
  Asker asker(const std::string& token = {}, uid_t uid = kUid);
  // A new session without a password, for what is not about logging in.
  Asker logged_in(const std::string& name);
  boost::json::value ask(const Asker& who, const std::string& verb, boost::json::object args = {});
  Error refusal(const Asker& who, const std::string& verb, boost::json::object args = {});
  std::vector<std::string> acts() const;
  void wait(Duration time) { clock_.advance(time); }
  void use_settings(const std::string& more);

  static inline const std::string kPassword = "correct horse battery";
  static constexpr uid_t kUid = 1000;
  Path folder_;
  SimulatedClock clock_;
  std::shared_ptr<const config::Settings> settings_;
  std::unique_ptr<storage::Storage> storage_;
  SweepStatus sweep_;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<Access> access_;
  std::unique_ptr<Rooms> rooms_;
  std::int64_t made_up_step_ = 1;  // of logins without a code
};

// Takes what an export sends and keeps nothing.
class NoSink : public disclosure::ExportSink {
 public:
  void begin_file(const std::string&) override {}
  void write(View) override {}
  void end_file() override {}
  void progress(double, const std::string&) override {}
};

}  // namespace tenure::daemon
