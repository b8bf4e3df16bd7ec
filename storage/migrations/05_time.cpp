// Doubtful time and what was restamped.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kTimeMigration = R"sql(
ALTER TABLE segment ADD COLUMN line INTEGER;             -- the doubtful line its times were taken on, until it is settled
ALTER TABLE segment ADD COLUMN filed_at INTEGER;         -- the start its file lies under, when its times were moved
ALTER TABLE segment ADD COLUMN readable_until INTEGER;   -- earlier than expires_at, when nobody can say how far to move them
CREATE INDEX segment_by_line ON segment(line) WHERE line IS NOT NULL;

ALTER TABLE gap ADD COLUMN line INTEGER;
CREATE INDEX gap_by_line ON gap(line) WHERE line IS NOT NULL;

CREATE TABLE time_line(                                  -- a doubtful line of time that was settled
  line INTEGER PRIMARY KEY,                              -- where it began
  offset INTEGER NOT NULL,                               -- what its stamps move by
  settled_at INTEGER NOT NULL
) STRICT;
)sql";

}  // namespace tenure::storage
