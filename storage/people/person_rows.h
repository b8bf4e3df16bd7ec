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

}  // namespace tenure::storage
