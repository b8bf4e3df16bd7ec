// Logins: sessions that end by themselves, the use of each code once, and the count of failures that slows down
// guessing. A session's token exists only with who logged in; here lies its hash. Any thread; blocks on the disk.
#pragma once
#include "storage/people/people.h"

namespace tenure::storage {

struct Session {
  Person person;
  std::uint32_t uid = 0;  // of the Unix user it is bound to
  Instant started_at, seen_at, proved_at;
  std::string reason, case_reference;
  Instant ends_at;  // if it is not used again
};

struct Failures {
  std::uint64_t count = 0;  // in a row
  Instant last;
};

// What a successful login uses up.
struct UsedCode {
  std::int64_t totp_step = 0;  // or
  std::string recovery;        // in the form it is compared
};

struct SessionLimits {
  Duration idle, longest;
};

class Sessions {
 public:
  Sessions(Catalogue& catalogue, const Clock& clock) : catalogue_(catalogue), clock_(clock) {}
  // The token of a new session; the code is used up, the failures forgotten and the entry written in one transaction.
  // Throws Error{refused} when the code was used meanwhile.
  std::string begin(const Person& person, std::uint32_t uid, const UsedCode& code, const std::string& reason,
                    const std::string& case_reference);
  // A fresh code within a session, used up.
  void prove(const std::string& token, const Person& person, const UsedCode& code);
  // Nothing when there is none, it has ended, belongs to another Unix user, or its person is disabled; what has ended
  // is removed. Notes that it was seen, to the minute.
  std::optional<Session> find(const std::string& token, std::uint32_t uid, const SessionLimits& limits);
  void set_reason(const std::string& token, const std::string& reason, const std::string& case_reference);
  bool end(const std::string& token, const Actor& actor);
  void remove_ended(const SessionLimits& limits);

  bool knows_recovery(const PersonId& id, const std::string& code) const;
  // Of a person, when one of that name exists, and of a Unix user.
  Failures failures_of(const std::optional<PersonId>& person) const;
  Failures failures_by(std::uint32_t uid) const;
  // Counts for both and writes the entry; a name that is nobody's is not kept, for it may be a password.
  void note_failure(const std::optional<Person>& person, std::uint32_t uid, const std::string& why);

 private:
  void use_up(Catalogue::Transaction& transaction, const Person& person, const UsedCode& code);
  Catalogue& catalogue_;
  const Clock& clock_;
};

}  // namespace tenure::storage
