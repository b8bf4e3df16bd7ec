// Known vaults, the background walk and the scrub.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kRecoveryMigration = R"sql(
)sql";

}  // namespace tenure::storage
