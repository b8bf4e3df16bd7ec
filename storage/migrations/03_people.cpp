// People, their second factors, sessions, and requests that wait for a second person.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kPeopleMigration = R"sql(
)sql";

}  // namespace tenure::storage
