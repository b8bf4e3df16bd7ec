#include "storage/people/person_rows.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/error.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kLongestReason = 2'000;

const std::string kColumns =
    "SELECT id, name, display, created_at, created_by, disabled_at, password_by, totp_by, recovery_by, password <> '',"
    " totp IS NOT NULL,"
    " (SELECT count(*) FROM recovery_code c WHERE c.person = p.id AND c.used_at IS NULL) FROM person AS p ";

Person read_person(const sqlite::Statement& row) {
  Person person;
  person.id = row.id<PersonId>(0);
  person.name = row.text(1);
  person.display = row.text(2);
  person.created_at = row.instant(3);
  person.created_by = row.text(4);
  person.disabled_at = row.maybe_instant(5);
  person.password_by = row.text(6);
  person.totp_by = row.text(7);
  person.recovery_by = row.text(8);
  person.has_password = row.truth(9);
  person.has_totp = row.truth(10);
  person.recovery_left = row.natural(11);
  return person;
}

void add_roles(sqlite::Connection& db, Person& person) {
  auto roles = db.query("SELECT role FROM person_role WHERE person = ? ORDER BY role", person.id);
  while (roles.step()) person.roles.push_back(roles.text(0));
}

template <typename Value>
std::optional<Person> load_where(sqlite::Connection& db, const std::string& where, const Value& value) {
  auto query = db.query(kColumns + where, value);
  if (!query.step()) return std::nullopt;
  auto person = read_person(query);
  add_roles(db, person);
  return person;
}
}  // namespace

std::vector<Person> load_people(sqlite::Connection& db) {
  std::vector<Person> all;
  auto query = db.query(kColumns + "ORDER BY name");
  while (query.step()) all.push_back(read_person(query));
  for (auto& person : all) add_roles(db, person);
  return all;
}

std::optional<Person> load_person(sqlite::Connection& db, const PersonId& id) {
  return load_where(db, "WHERE id = ?", id);
}
std::optional<Person> load_person(sqlite::Connection& db, const std::string& name) {
  return load_where(db, "WHERE name = ?", name);
}

Person must_load_person(sqlite::Connection& db, const PersonId& id) {
  auto person = load_person(db, id);
  if (!person) throw Error(ErrorKind::not_found, "That person is gone.");
  return *person;
}

Digest code_token(const PersonId& id, const std::string& code) { return hmac_sha256(id.bytes(), as_view(code)); }

void write_recovery(sqlite::Connection& db, const PersonId& id, const std::vector<std::string>& codes) {
  db.run("DELETE FROM recovery_code WHERE person = ?", id);
  for (const auto& code : codes)
    db.run("INSERT INTO recovery_code(person, code) VALUES(?, ?)", id, code_token(id, code));
}

void end_sessions(sqlite::Connection& db, const PersonId& person) {
  db.run("DELETE FROM session WHERE person = ?", person);
}

bool manages(const Person& person) {
  return std::find(person.roles.begin(), person.roles.end(), kPracticeManager) != person.roles.end();
}

std::string person_subject(const Person& person) {
  boost::json::array roles(person.roles.begin(), person.roles.end());
  return boost::json::serialize(boost::json::object{
      {"person", person.name}, {"roles", std::move(roles)}, {"disabled", person.disabled_at.has_value()}});
}

void check_person_reason(const std::string& reason) {
  if (reason.find_first_not_of(" \t\r\n") == std::string::npos) throw Error(ErrorKind::usage, "reason: is required.");
  if (reason.size() > kLongestReason) throw Error(ErrorKind::usage, "reason: is over 2,000 characters.");
}

}  // namespace tenure::storage
