// Sweeps done, space forecast, promises broken for want of space.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kSpaceMigration = R"sql(
ALTER TABLE segment ADD COLUMN cause INTEGER NOT NULL DEFAULT 0 CHECK(cause BETWEEN 0 AND 2);    -- of a condemned one:
ALTER TABLE tombstone ADD COLUMN cause INTEGER NOT NULL DEFAULT 0 CHECK(cause BETWEEN 0 AND 2);  -- sweep, erasure, pressure

CREATE TABLE sweep_mark(                                 -- up to when the last complete sweep went
  vault TEXT NOT NULL,
  class TEXT NOT NULL,
  lo INTEGER NOT NULL,
  PRIMARY KEY(vault, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE sweep_late(                                 -- came, or came back, when the sweep had passed its expiry
  segment BLOB PRIMARY KEY REFERENCES segment(id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TRIGGER segment_came_late AFTER UPDATE OF state ON segment
WHEN NEW.state = 1 AND OLD.state <> 1
  AND NEW.expires_at <= (SELECT lo FROM sweep_mark WHERE vault = NEW.vault AND class = NEW.class)
BEGIN INSERT OR IGNORE INTO sweep_late(segment) VALUES(NEW.id); END;
CREATE TRIGGER segment_was_late AFTER INSERT ON segment
WHEN NEW.state = 1 AND NEW.expires_at <= (SELECT lo FROM sweep_mark WHERE vault = NEW.vault AND class = NEW.class)
BEGIN INSERT OR IGNORE INTO sweep_late(segment) VALUES(NEW.id); END;

CREATE TABLE sweep_question(                             -- more fell due than time explains: somebody must say (I11)
  vault TEXT NOT NULL,
  class TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  due_until INTEGER NOT NULL,                            -- what it asks about: due by then
  segments INTEGER NOT NULL,
  live INTEGER NOT NULL,
  why TEXT NOT NULL,
  approved_at INTEGER,                                   -- the row goes when its sweep is complete
  PRIMARY KEY(vault, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE broken_promise(                             -- deleted before its time to make room (I16)
  at INTEGER NOT NULL,
  source TEXT NOT NULL,
  class TEXT NOT NULL,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL,
  segments INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX broken_promise_by_time ON broken_promise(at);

-- How much of what lies where and ends in which hour, so that status and forecasts do not read a million rows. Kept by
-- the triggers alone; what deletes asks the rows themselves.
CREATE TABLE segment_sum(
  vault TEXT NOT NULL,
  state INTEGER NOT NULL,
  hour INTEGER NOT NULL,                                 -- expires_at / 3600 s
  source TEXT NOT NULL,
  segments INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY(vault, state, hour, source)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER segment_sum_1 AFTER INSERT ON segment
BEGIN
  INSERT INTO segment_sum VALUES(NEW.vault, NEW.state, NEW.expires_at / 3600000000, NEW.source, 1, NEW.bytes)
    ON CONFLICT DO UPDATE SET segments = segments + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER segment_sum_2 AFTER DELETE ON segment
BEGIN
  UPDATE segment_sum SET segments = segments - 1, bytes = bytes - OLD.bytes
    WHERE vault = OLD.vault AND state = OLD.state AND hour = OLD.expires_at / 3600000000 AND source = OLD.source;
  DELETE FROM segment_sum
    WHERE vault = OLD.vault AND state = OLD.state AND hour = OLD.expires_at / 3600000000 AND source = OLD.source
      AND segments = 0;
END;
CREATE TRIGGER segment_sum_3 AFTER UPDATE OF vault, state, expires_at, source, bytes ON segment
WHEN NEW.vault <> OLD.vault OR NEW.state <> OLD.state OR NEW.expires_at <> OLD.expires_at OR NEW.source <> OLD.source
  OR NEW.bytes <> OLD.bytes
BEGIN
  UPDATE segment_sum SET segments = segments - 1, bytes = bytes - OLD.bytes
    WHERE vault = OLD.vault AND state = OLD.state AND hour = OLD.expires_at / 3600000000 AND source = OLD.source;
  DELETE FROM segment_sum
    WHERE vault = OLD.vault AND state = OLD.state AND hour = OLD.expires_at / 3600000000 AND source = OLD.source
      AND segments = 0;
  INSERT INTO segment_sum VALUES(NEW.vault, NEW.state, NEW.expires_at / 3600000000, NEW.source, 1, NEW.bytes)
    ON CONFLICT DO UPDATE SET segments = segments + 1, bytes = bytes + excluded.bytes;
END;
)sql";

}  // namespace tenure::storage
