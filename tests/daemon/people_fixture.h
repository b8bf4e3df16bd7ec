// A storage with people of every role, logged in without the slow work of passwords, and a clock that tests move.
#pragma once
#include <boost/json/array.hpp>

#include "daemon/access/totp.h"
#include "tests/daemon/rooms_fixture.h"

namespace tenure::daemon {

class PeopleTest : public RoomsTest {
 protected:
  explicit PeopleTest(const std::string& more_settings = {});
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

  static inline const std::string kPassword = "correct horse battery";
  static constexpr uid_t kUid = 1000, kStranger = 4'000'000;  // the latter nobody's, so not the tests' own
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
