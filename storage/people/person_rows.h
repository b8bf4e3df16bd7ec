// People as rows of the catalogue, for people.cpp and sessions.cpp only.
#pragma once
#include "storage/catalogue/catalogue_state.h"
#include "storage/people/people.h"

namespace tenure::storage {

std::vector<Person> load_people(sqlite::Connection& db);
std::optional<Person> load_person(sqlite::Connection& db, const PersonId& id);
std::optional<Person> load_person(sqlite::Connection& db, const std::string& name);
Person must_load_person(sqlite::Connection& db, const PersonId& id);
// What a recovery code is found by: of 80 random bits a hash cannot be guessed back.
Digest code_token(const PersonId& id, const std::string& code);
// In place of those before.
void write_recovery(sqlite::Connection& db, const PersonId& id, const std::vector<std::string>& codes);
void end_sessions(sqlite::Connection& db, const PersonId& person);
bool manages(const Person& person);
std::string person_subject(const Person& person);  // JSON, for the ledger
// Throws Error{usage}.
void check_person_reason(const std::string& reason);
// What a second factor is sealed for.
inline constexpr std::string_view kTotpPurpose = "tenure person totp";

}  // namespace tenure::storage
