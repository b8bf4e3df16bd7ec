// Erasures by order, and what is known of backups.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kBackupMigration = R"sql(
CREATE TABLE erasure(
  id BLOB PRIMARY KEY CHECK(length(id) = 16),
  ordered_at INTEGER NOT NULL,
  ordered_by TEXT NOT NULL,
  approved_by TEXT NOT NULL,                             -- empty: nobody else had to
  reason TEXT NOT NULL,
  entry INTEGER NOT NULL,                                -- of the order, in the ledger
  certified_at INTEGER,
  certificate TEXT NOT NULL DEFAULT ''                   -- JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_open ON erasure(id) WHERE certified_at IS NULL;

CREATE TABLE erasure_item(                               -- no content and no person: as a tombstone
  erasure BLOB NOT NULL REFERENCES erasure(id),
  segment BLOB NOT NULL CHECK(length(segment) = 16),
  source TEXT NOT NULL,
  class TEXT NOT NULL,
  kind INTEGER NOT NULL,
  start_at INTEGER NOT NULL,
  end_at INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  digest BLOB NOT NULL CHECK(length(digest) = 32),
  PRIMARY KEY(erasure, segment)
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_item_by_segment ON erasure_item(segment);

CREATE TABLE recovery_key(                               -- the public half; the private one is not kept here
  id INTEGER PRIMARY KEY CHECK(id = 1),
  public BLOB NOT NULL CHECK(length(public) = 32),
  made_at INTEGER NOT NULL,
  made_by TEXT NOT NULL
) STRICT;

CREATE TABLE backup(
  id BLOB PRIMARY KEY CHECK(length(id) = 16),
  kind INTEGER NOT NULL CHECK(kind IN (0, 1)),           -- 0: data, 1: keys
  folder TEXT NOT NULL,
  name TEXT NOT NULL,                                    -- of the file in it
  made_at INTEGER NOT NULL,
  verified_at INTEGER,                                   -- read back whole
  gone_at INTEGER,                                       -- removed by us
  bytes INTEGER NOT NULL,
  sha256 BLOB NOT NULL CHECK(length(sha256) = 32)
) STRICT, WITHOUT ROWID;
-- What each backup of the keys lists as deleted, among years of tombstones.
CREATE INDEX tombstone_by_deletion ON tombstone(kind, deleted_at);
CREATE INDEX tombstone_early ON tombstone(expires_at) WHERE cause <> 0;
CREATE INDEX backup_here ON backup(kind, made_at) WHERE gone_at IS NULL;
)sql";

}  // namespace tenure::storage
