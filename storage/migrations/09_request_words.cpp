// What a second person read of a request, kept for when it is decided, used or expired.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kRequestWordsMigration = R"sql(
CREATE TABLE approval_words(
  approval BLOB PRIMARY KEY REFERENCES approval(id),
  words TEXT NOT NULL                                    -- JSON, made and read by the daemon: sentences, and who may read which
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace tenure::storage
