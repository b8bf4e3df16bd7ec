// Known vaults, the background walk and the scrub.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kRecoveryMigration = R"sql(
CREATE TABLE vault(                                      -- ever used: one that is missing is never made anew (I19)
  name TEXT PRIMARY KEY,
  id TEXT NOT NULL                                       -- empty: known by its recordings only
) STRICT, WITHOUT ROWID;
INSERT INTO vault SELECT DISTINCT vault, '' FROM segment;
)sql";

}  // namespace tenure::storage
