// Policy in versions, proposals, and the reviews of holds.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kPolicyMigration = R"sql(
)sql";

}  // namespace tenure::storage
