// People as the catalogue keeps them: names, roles, and what proves who they are. Who may do what is decided above
// (daemon/access); kept here is what must hold whoever asks: the first person is a practice manager, the last practice
// manager stays, a name is never used again, and every change is in the ledger. Any thread; blocks on the disk.
#pragma once
#include <atomic>

#include "storage/catalogue/catalogue.h"

namespace tenure::storage {

using PersonId = Id<struct PersonTag>;

struct Person {
  PersonId id;
  std::string name, display;
  std::vector<std::string> roles;  // sorted
  Instant created_at;
  std::string created_by;
  std::optional<Instant> disabled_at;
  std::string password_by, totp_by, recovery_by;  // who set them last, the person's own changes not counted
  bool has_password = false, has_totp = false;
  std::uint64_t recovery_left = 0;
  Actor actor() const { return {name, id.text(), roles, display}; }
};

// What a login is measured against. `password` is encoded, empty when there is none.
struct Proof {
  std::string password;
  Blob totp;                   // empty when there is none
  std::int64_t totp_step = 0;  // none up to this one counts
};

struct NewPerson {
  std::string name, display;
  std::vector<std::string> roles;
  std::string password;  // encoded
  Blob totp;
  std::vector<std::string> recovery;  // in the form they are compared
};

// Root let somebody back in who had lost telephone and recovery codes, and whom nobody else could help.
struct BreakGlass {
  Instant at;
  std::string person, by;
  bool password = false;  // that too
};

struct NewSecrets {
  Blob totp;
  std::vector<std::string> recovery;  // in the form they are compared
  std::string password;               // encoded; empty: the old one stays
};

class People {
 public:
  // Second factors are sealed under a key derived from the key-encryption key.
  People(Catalogue& catalogue, const Clock& clock, const Key& key_encryption_key);
  bool any() const { return any_; }
  // There were people by the ledger, and the catalogue, rebuilt, has none of them any more.
  bool gone() const { return gone_ && !any_; }
  std::vector<Person> list() const;
  std::optional<Person> find(const std::string& name) const;
  std::optional<Person> get(const PersonId& id) const;
  Proof proof(const PersonId& id) const;

  // Throw Error{usage} naming the field, Error{refused} with the reason.
  Person add(const NewPerson& person, const Actor& actor);
  Person set_roles(const PersonId& id, std::vector<std::string> roles, const std::string& reason, const Actor& actor);
  Person set_disabled(const PersonId& id, bool disabled, const std::string& reason, const Actor& actor);
  void set_password(const PersonId& id, const std::string& encoded, const Actor& actor);
  // Set by somebody else, it replaces the recovery codes too: who was shown the old ones must keep no way in.
  void set_totp(const PersonId& id, const Blob& secret, const std::vector<std::string>& recovery, const Actor& actor);
  void set_recovery(const PersonId& id, const std::vector<std::string>& codes, const Actor& actor);
  // For the only practice manager: refused while another could do it from within. Who may ask is decided above.
  Person break_glass(const PersonId& id, const NewSecrets& secrets, const std::string& reason, const Actor& actor);
  std::vector<BreakGlass> broken_glass(Instant since) const;  // newest first; for as long as the ledger keeps its acts

  // The changes of rights that were last in force, as text, and their replacement with its entry.
  std::string recorded_rights() const;
  void record_rights(const std::string& text, const LedgerEntry& entry);

 private:
  Catalogue& catalogue_;
  const Clock& clock_;
  Key secrets_key_;
  std::atomic<bool> any_{false};
  bool gone_ = false;
};

// Small letters, digits, dots and hyphens, 2 to 40, beginning with a letter; not the daemon's own name.
bool is_login_name(const std::string& name);

}  // namespace tenure::storage
