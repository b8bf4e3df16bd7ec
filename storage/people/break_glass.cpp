// The way back in from outside, for the only practice manager who lost everything. It is root's, who could do anything
// anyhow: so that it is done in the open, with an entry nobody can take back, and shown to everybody for a while.
#include <boost/json.hpp>

#include "base/aead.h"
#include "base/error.h"
#include "storage/people/person_rows.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
constexpr const char* kAct = "break-glass";

std::string names_of(const std::vector<Person>& people) {
  std::string names;
  for (const auto& person : people) names += (names.empty() ? "" : ", ") + person.name;
  return names;
}

// Whoever can be helped from within is.
void must_be_alone(sqlite::Connection& db, const Person& person) {
  if (!manages(person) || person.disabled_at)
    throw Error(ErrorKind::refused,
                person.name +
                    " is no practice manager in office: a practice manager can set a new code (tenure user totp " +
                    person.name + ").");
  auto others = load_people(db);
  std::erase_if(others, [&](const Person& one) { return one.id == person.id || one.disabled_at || !manages(one); });
  if (!others.empty())
    throw Error(ErrorKind::refused,
                names_of(others) + " can set a new code from within: tenure user totp " + person.name + ".");
}
}  // namespace

Person People::break_glass(const PersonId& id, const NewSecrets& secrets, const std::string& reason,
                           const Actor& actor) {
  check_person_reason(reason);
  std::optional<Person> person;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    person = must_load_person(db, id);
    must_be_alone(db, *person);
    db.run("UPDATE person SET totp = ?2, totp_by = ?3, recovery_by = ?3, totp_step = 0, failures = 0 WHERE id = ?1", id,
           seal_message(secrets_key_, kTotpPurpose, secrets.totp), actor.name);
    if (!secrets.password.empty())
      db.run("UPDATE person SET password = ?2, password_by = ?3 WHERE id = ?1", id, secrets.password, actor.name);
    write_recovery(db, id, secrets.recovery);
    end_sessions(db, id);
    person = must_load_person(db, id);
    const json::object subject{{"person", person->name}, {"by", actor.name}, {"password", !secrets.password.empty()}};
    insert_ledger(db, ledger_entry(clock_.now(), actor, kAct, json::serialize(subject), reason));
  });
  return *person;
}

std::vector<BreakGlass> People::broken_glass(Instant since) const {
  return catalogue_.state().read([&](sqlite::Connection& db) {
    std::vector<BreakGlass> all;
    auto query = db.query(
        "SELECT at, json_extract(subject, '$.person'), json_extract(subject, '$.by'), json_extract(subject, "
        "'$.password')"
        " FROM ledger WHERE act = ? AND at > ? ORDER BY number DESC LIMIT 100",
        std::string(kAct), since);
    while (query.step()) all.push_back({query.instant(0), query.text(1), query.text(2), query.truth(3)});
    return all;
  });
}

}  // namespace tenure::storage
