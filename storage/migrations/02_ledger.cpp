// The ledger: acts, the personal detail beside them, the Merkle tree in tiles, signed checkpoints.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kLedgerMigration = R"sql(
CREATE TABLE ledger(                                     -- one act; the leaf of the tree is the hash of its canonical line
  number INTEGER PRIMARY KEY,                            -- from 1, without a hole; its leaf is number - 1
  at INTEGER NOT NULL,
  act TEXT NOT NULL CHECK(act <> ''),
  subject TEXT NOT NULL,                                 -- JSON without personal detail
  actor BLOB NOT NULL CHECK(length(actor) = 32),         -- commitments: SHA-256(salt || value)
  reason BLOB NOT NULL CHECK(length(reason) = 32)
) STRICT;
CREATE INDEX ledger_by_act ON ledger(act, number);

CREATE TABLE ledger_detail(                              -- what the commitments commit to; may be erased
  number INTEGER PRIMARY KEY,
  actor_salt BLOB NOT NULL CHECK(length(actor_salt) = 32),
  actor TEXT NOT NULL,
  reason_salt BLOB NOT NULL CHECK(length(reason_salt) = 32),
  reason TEXT NOT NULL
) STRICT;

CREATE TABLE ledger_tile(                                -- hashes of complete subtrees of 256^level leaves, 256 a row
  place INTEGER PRIMARY KEY,                             -- level << 40 | index
  hashes BLOB NOT NULL CHECK(length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0)
) STRICT;

CREATE TABLE ledger_pruned(                              -- acts up to here were dropped after their years; hashes stay
  id INTEGER PRIMARY KEY CHECK(id = 1),
  through INTEGER NOT NULL CHECK(through >= 0 AND through % 256 = 0)
) STRICT;
INSERT INTO ledger_pruned VALUES(1, 0);

CREATE TABLE ledger_checkpoint(
  id INTEGER PRIMARY KEY,
  size INTEGER NOT NULL,
  at INTEGER NOT NULL,
  occasion TEXT NOT NULL,                                -- 'timer', 'day', 'export', 'hold', 'asked'
  note TEXT NOT NULL                                     -- C2SP signed note
) STRICT;
CREATE INDEX ledger_checkpoint_by_size ON ledger_checkpoint(size);

ALTER TABLE segment ADD COLUMN ledger_batch INTEGER;     -- number of the capture entry whose root covers it
CREATE INDEX segment_by_batch ON segment(ledger_batch, id);
ALTER TABLE tombstone ADD COLUMN digest BLOB;            -- as the segment's; with its id a leaf of both roots
ALTER TABLE tombstone ADD COLUMN ledger_batch INTEGER;
ALTER TABLE tombstone ADD COLUMN ledger_sweep INTEGER;   -- number of the entry that recorded its end
CREATE INDEX tombstone_by_batch ON tombstone(ledger_batch, segment);
CREATE INDEX tombstone_by_sweep ON tombstone(ledger_sweep, segment);

CREATE TRIGGER ledger_is_append_only_1 BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_is_append_only_2 BEFORE DELETE ON ledger
WHEN OLD.number > (SELECT through FROM ledger_pruned)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_detail_is_not_changed BEFORE UPDATE ON ledger_detail
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_tile_only_grows_1 BEFORE UPDATE ON ledger_tile
WHEN NEW.place <> OLD.place OR length(NEW.hashes) <> length(OLD.hashes) + 32
  OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_tile_only_grows_2 BEFORE DELETE ON ledger_tile
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_pruned_only_grows_1 BEFORE UPDATE ON ledger_pruned WHEN NEW.through < OLD.through
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_pruned_only_grows_2 BEFORE DELETE ON ledger_pruned
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_checkpoint_is_append_only_1 BEFORE UPDATE ON ledger_checkpoint
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_checkpoint_is_append_only_2 BEFORE DELETE ON ledger_checkpoint
WHEN OLD.occasion <> 'timer'
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
)sql";

}  // namespace tenure::storage
