// People at the door: who asks, whether they may, and how they prove who they are. The one place where a right is
// checked is check(); until a first person exists root and the daemon's own user act as the owner, and nobody else. Any
// thread; blocks on the disk, and login() for as long as a password takes.
#pragma once
#include <functional>
#include <memory>

#include "base/synchronized.h"
#include "config/settings.h"
#include "daemon/access/asker.h"
#include "daemon/access/rights.h"
#include "storage/storage.h"

namespace tenure::daemon {

struct LoginRequest {
  std::string name, password, code, reason, case_reference;
};

class Access {
 public:
  using Settings = std::function<std::shared_ptr<const config::Settings>()>;
  // Which right a request for a second person is about; from the table of verbs.
  using ActionOf = std::function<std::optional<Action>(const storage::Approval&)>;
  Access(storage::Storage& storage, const Clock& clock, Settings settings, const ActionOf& action_of);

  // At the start and after the settings were read again: rights that changed get their ledger entry.
  void adopt_settings();
  Asker identify(uid_t uid, const std::string& unix_user, const std::string& token);
  // What the asker's roles grant, never `no`: throws Error{refused} saying what to do. With `case_reference` for this
  // request alone.
  Grant check(const Asker& asker, Action action, const std::string& case_reference = {}) const;
  // Whether it is granted at all, for what an answer shows.
  bool may(const Asker& asker, Action action) const;
  std::shared_ptr<const Rights> rights() const { return *rights_.lock(); }
  bool has_people() const { return storage_.people().any(); }

  // The new session's token. Every failure is counted, slows the next one down, and is in the ledger.
  std::string login(uid_t uid, const LoginRequest& request);
  void prove(const Asker& asker, const std::string& code);
  storage::SessionLimits limits() const;
  // Every minute: what ended is removed.
  void tidy();

 private:
  std::optional<storage::UsedCode> match(const storage::Person& person, const std::string& code) const;
  void refuse_while_slowed(const std::optional<storage::Person>& person, uid_t uid) const;
  storage::Storage& storage_;
  const Clock& clock_;
  Settings settings_;
  mutable Synchronized<std::shared_ptr<const Rights>> rights_;
};

// How long to wait after so many failures in a row. Pure.
Duration slowed_by(std::uint64_t failures, std::uint64_t free, Duration most);
// What is left of it. Never more than the whole, also when the clock was set back since, or lost its time in a restore: who
// has to put it right must be let in. Pure.
Duration left_of(Duration wait, Instant last, Instant now);

}  // namespace tenure::daemon
