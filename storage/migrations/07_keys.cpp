// Key generations, backups and erasures by order.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kKeysMigration = R"sql(
)sql";

}  // namespace tenure::storage
