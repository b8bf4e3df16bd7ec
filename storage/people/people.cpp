#include "storage/people/people.h"

#include <algorithm>

#include "base/aead.h"
#include "base/error.h"
#include "base/log.h"
#include "storage/ledger/reload.h"
#include "storage/people/person_rows.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kMostPeople = 1'000, kLongestDisplay = 100;

void check_display(const std::string& display) {
  const auto control = std::find_if(display.begin(), display.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (control != display.end())
    throw Error(ErrorKind::usage, std::string("display: has a ") + (*control == '\n' ? "newline" : "control character") +
                                      " in it, and must be the person's name on one line.");
  if (display.empty() || display.size() > kLongestDisplay)
    throw Error(ErrorKind::usage, "display: must be the person's name as people know it, at most 100 bytes.");
}

// Somebody must be left who can let others in.
void keep_a_manager(sqlite::Connection& db, const Person& leaving) {
  if (!manages(leaving) || leaving.disabled_at) return;
  auto others = db.query(
      "SELECT count(*) FROM person p JOIN person_role r ON r.person = p.id"
      " WHERE r.role = ? AND p.disabled_at IS NULL AND p.id <> ?",
      std::string(kPracticeManager), leaving.id);
  others.step();
  if (others.natural(0) == 0)
    throw Error(ErrorKind::refused,
                "The last practice manager cannot be disabled or lose the role: add another one first.");
}

// Who set a secret last; a person's own change leaves it as it was.
std::string setter(const Person& person, const std::string& before, const Actor& actor) {
  return actor.person == person.id.text() ? before : actor.name;
}

void set_recovery_codes(sqlite::Connection& db, const Person& person, const std::vector<std::string>& codes,
                        const Actor& actor) {
  write_recovery(db, person.id, codes);
  db.run("UPDATE person SET recovery_by = ?2 WHERE id = ?1", person.id, setter(person, person.recovery_by, actor));
}

// After a rebuild the people of before are gone, and old entries of the ledger still name them. One that would mean two
// persons is refused; nothing when the name is free.
std::string why_taken_before(sqlite::Connection& db, const std::string& name) {
  const auto through = rebuilt_through(db);
  if (through == 0) return {};
  const auto is_named = [&](const std::string& wanted) {
    return db.query("SELECT 1 FROM ledger WHERE number <= ? AND act GLOB 'person-*' AND json_extract(subject, '$.person') = ?",
                    through, wanted).step();
  };
  if (!is_named(name)) return {};
  int more = 2;
  while (is_named(name + "-" + std::to_string(more))) ++more;
  return "name: \"" + name + "\" was a person's before the catalogue was rebuilt, and old entries of the ledger mean that "
         "person by it. Also for the same person take another, as \"" + name + "-" + std::to_string(more) + "\".";
}

void write_roles(sqlite::Connection& db, const PersonId& id, const std::vector<std::string>& roles) {
  db.run("DELETE FROM person_role WHERE person = ?", id);
  for (const auto& role : roles) db.run("INSERT OR IGNORE INTO person_role(person, role) VALUES(?, ?)", id, role);
}
}  // namespace

bool is_login_name(const std::string& name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; };
  return name.size() >= 2 && name.size() <= 40 && name.front() >= 'a' && name.front() <= 'z' && name != "tenured" &&
         std::all_of(name.begin(), name.end(), allowed);
}

People::People(Catalogue& catalogue, const Clock& clock, const Key& key_encryption_key)
    : catalogue_(catalogue), clock_(clock), secrets_key_(hkdf_sha256(key_encryption_key, {}, "tenure people secrets")) {
  catalogue_.state().read([this](sqlite::Connection& db) {
    any_ = db.query("SELECT 1 FROM person LIMIT 1").step();
    gone_ = !any_ && db.query("SELECT 1 FROM ledger WHERE act = 'person-add' LIMIT 1").step();
  });
}

std::vector<Person> People::list() const {
  return catalogue_.state().read([](sqlite::Connection& db) { return load_people(db); });
}

std::optional<Person> People::find(const std::string& name) const {
  return catalogue_.state().read([&](sqlite::Connection& db) { return load_person(db, name); });
}

std::optional<Person> People::get(const PersonId& id) const {
  return catalogue_.state().read([&](sqlite::Connection& db) { return load_person(db, id); });
}

Proof People::proof(const PersonId& id) const {
  Proof proof;
  Blob sealed;
  catalogue_.state().read([&](sqlite::Connection& db) {
    auto query = db.query("SELECT password, totp, totp_step FROM person WHERE id = ?", id);
    if (!query.step()) throw Error(ErrorKind::not_found, "That person is gone.");
    proof.password = query.text(0);
    if (!query.is_null(1)) sealed = query.blob(1);
    proof.totp_step = query.integer(2);
  });
  if (sealed.empty()) return proof;
  const auto opened = open_message(secrets_key_, kTotpPurpose, sealed);
  if (!opened)
    throw Error(ErrorKind::corrupt, "A person's second factor cannot be read: set a new one with tenure user totp.");
  proof.totp = *opened;
  return proof;
}

Person People::add(const NewPerson& wanted, const Actor& actor) {
  if (!is_login_name(wanted.name))
    throw Error(ErrorKind::usage,
                "name: \"" + log_safe(wanted.name) +
                    "\" must be 2 to 40 small letters, digits, dots and hyphens, beginning with a letter.");
  check_display(wanted.display);
  std::optional<Person> made;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto time = clock_.trusted();
    auto counted = db.query("SELECT count(*) FROM person");
    counted.step();
    const auto before = counted.natural(0);
    counted.run();
    if (before >= kMostPeople) throw Error(ErrorKind::refused, "There are already 1,000 people.");
    if (load_person(db, wanted.name))
      throw Error(ErrorKind::refused,
                  "name: \"" + wanted.name +
                      "\" is or was somebody's: a name is never used again, for the ledger names people by it.");
    if (const auto why = why_taken_before(db, wanted.name); !why.empty()) throw Error(ErrorKind::refused, why);
    if (before == 0 && std::find(wanted.roles.begin(), wanted.roles.end(), kPracticeManager) == wanted.roles.end())
      throw Error(ErrorKind::usage,
                  "role: the first person must be a practice-manager, for only they can let others see recordings.");
    const auto id = PersonId::make(time.best());
    db.run(
        "INSERT INTO person(id, name, display, created_at, created_by, password, password_by, totp, totp_by, recovery_by) "
        "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id, wanted.name, wanted.display, time.best(), actor.name, wanted.password, actor.name,
        seal_message(secrets_key_, kTotpPurpose, wanted.totp), actor.name, actor.name);
    write_roles(db, id, wanted.roles);
    write_recovery(db, id, wanted.recovery);
    made = load_person(db, id);
    insert_ledger(db, ledger_entry(time.best(), actor, "person-add", person_subject(*made)));
  });
  any_ = true;
  return *made;
}

Person People::set_roles(const PersonId& id, std::vector<std::string> roles, const std::string& reason,
                         const Actor& actor) {
  check_person_reason(reason);
  std::optional<Person> person;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    person = must_load_person(db, id);
    if (std::find(roles.begin(), roles.end(), kPracticeManager) == roles.end()) keep_a_manager(db, *person);
    write_roles(db, id, roles);
    end_sessions(db, id);
    person = must_load_person(db, id);
    insert_ledger(db, ledger_entry(clock_.now(), actor, "person-roles", person_subject(*person), reason));
  });
  return *person;
}

Person People::set_disabled(const PersonId& id, bool disabled, const std::string& reason, const Actor& actor) {
  check_person_reason(reason);
  std::optional<Person> person;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto now = clock_.now();
    person = must_load_person(db, id);
    if (disabled) keep_a_manager(db, *person);
    db.run("UPDATE person SET disabled_at = ?2, failures = 0 WHERE id = ?1", id,
           disabled ? std::optional(now) : std::nullopt);
    end_sessions(db, id);
    person = must_load_person(db, id);
    insert_ledger(db,
                  ledger_entry(now, actor, disabled ? "person-disable" : "person-enable", person_subject(*person), reason));
  });
  return *person;
}

void People::set_password(const PersonId& id, const std::string& encoded, const Actor& actor) {
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto person = must_load_person(db, id);
    db.run("UPDATE person SET password = ?2, password_by = ?3, failures = 0 WHERE id = ?1", id, encoded,
           setter(person, person.password_by, actor));
    end_sessions(db, id);
    insert_ledger(db, ledger_entry(clock_.now(), actor, "person-password", person_subject(person)));
  });
}

void People::set_totp(const PersonId& id, const Blob& secret, const std::vector<std::string>& recovery, const Actor& actor) {
  if (recovery.empty() && actor.person != id.text())
    throw Error(ErrorKind::internal, "A second factor set by somebody else comes with new recovery codes.");
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto person = must_load_person(db, id);
    if (!recovery.empty()) set_recovery_codes(db, person, recovery, actor);
    db.run("UPDATE person SET totp = ?2, totp_by = ?3, totp_step = 0 WHERE id = ?1", id,
           seal_message(secrets_key_, kTotpPurpose, secret), setter(person, person.totp_by, actor));
    end_sessions(db, id);
    insert_ledger(db, ledger_entry(clock_.now(), actor, "person-totp", person_subject(person)));
  });
}

void People::set_recovery(const PersonId& id, const std::vector<std::string>& codes, const Actor& actor) {
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto person = must_load_person(db, id);
    set_recovery_codes(db, person, codes, actor);
    insert_ledger(db, ledger_entry(clock_.now(), actor, "person-recovery", person_subject(person)));
  });
}

std::string People::recorded_rights() const {
  return catalogue_.state().read([](sqlite::Connection& db) {
    auto query = db.query("SELECT overrides FROM access_rights");
    return query.step() ? query.text(0) : std::string();
  });
}

void People::record_rights(const std::string& text, const LedgerEntry& entry) {
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run(
        "INSERT INTO access_rights(only_row, overrides) VALUES(1, ?1) ON CONFLICT(only_row) DO UPDATE SET overrides = "
        "?1",
        text);
    insert_ledger(transaction.db, entry);
  });
}

}  // namespace tenure::storage
