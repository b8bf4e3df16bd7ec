// The catalogue's schema as numbered migrations: docs/reference/catalogue.md explains the tables.
#pragma once
#include "storage/catalogue/sqlite.h"

namespace tenure::storage {

// Brings a catalogue of any earlier version to this one, one transaction a step. Throws Error{refused} for a newer one.
void migrate(sqlite::Connection& database);
int schema_version();

}  // namespace tenure::storage
