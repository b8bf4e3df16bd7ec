// Known vaults, the background walk and the scrub.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kRecoveryMigration = R"sql(
CREATE TABLE vault(                                      -- ever used: one that is missing is never made anew (I19)
  name TEXT PRIMARY KEY,
  id TEXT NOT NULL                                       -- empty: known by its recordings only
) STRICT, WITHOUT ROWID;
INSERT INTO vault SELECT DISTINCT vault, '' FROM segment;

CREATE TABLE scrub(                                      -- the cycle that reads everything once; the last row is under way
  began_at INTEGER PRIMARY KEY,
  until BLOB NOT NULL CHECK(length(until) = 16),         -- what was made later waits for the next cycle
  mark BLOB NOT NULL CHECK(length(mark) = 16),           -- read up to here, in the order of ids
  bytes INTEGER NOT NULL,                                -- of what was to be read
  bytes_read INTEGER NOT NULL DEFAULT 0,
  segments_read INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,                    -- in vaults that were off line
  done_at INTEGER
) STRICT;

CREATE TABLE damaged(                                    -- live, and not what was recorded any more
  segment BLOB PRIMARY KEY REFERENCES segment(id) ON DELETE CASCADE,
  found_at INTEGER NOT NULL,
  why TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE stray_key(                                  -- a key slot that no row and no file claims
  slot INTEGER PRIMARY KEY,
  found_at INTEGER NOT NULL                              -- when that was first seen
) STRICT;
)sql";

}  // namespace tenure::storage
