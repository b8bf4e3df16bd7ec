// Doubtful time and what was restamped.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kTimeMigration = R"sql(
)sql";

}  // namespace tenure::storage
