// Sweeps done, space forecast, promises broken for want of space.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kSpaceMigration = R"sql(
)sql";

}  // namespace tenure::storage
