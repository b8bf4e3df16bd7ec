// Sources, segments, calls, gaps, holds and tombstones.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kRecordingsMigration = R"sql(
CREATE TABLE policy(
  class TEXT PRIMARY KEY,
  period TEXT NOT NULL,
  anchor INTEGER NOT NULL CHECK(anchor IN (0, 1)),       -- 0: end of capture, 1: start of capture
  adopted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE source(
  name TEXT PRIMARY KEY,
  class TEXT NOT NULL,
  kind INTEGER NOT NULL CHECK(kind IN (0, 1)),           -- 0: camera, 1: calls
  longest INTEGER NOT NULL DEFAULT 0                     -- the longest segment so far: bounds the search for overlaps
) STRICT, WITHOUT ROWID;

CREATE TABLE segment(
  id BLOB PRIMARY KEY CHECK(length(id) = 16),
  source TEXT NOT NULL REFERENCES source(name),
  class TEXT NOT NULL REFERENCES policy(class),
  kind INTEGER NOT NULL CHECK(kind IN (0, 1)),
  state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 3),   -- reserved, live, condemned, lost
  start_at INTEGER NOT NULL,
  end_at INTEGER NOT NULL CHECK(end_at >= start_at),
  expires_at INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  plain_bytes INTEGER NOT NULL,
  digest BLOB NOT NULL CHECK(length(digest) = 32),
  slot INTEGER NOT NULL,
  vault TEXT NOT NULL,
  run INTEGER NOT NULL,
  time_doubtful INTEGER NOT NULL CHECK(time_doubtful IN (0, 1)),
  clock_offset INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX segment_by_time ON segment(source, start_at);
CREATE INDEX segment_by_start ON segment(kind, start_at);
CREATE INDEX segment_by_expiry ON segment(state, expires_at);

CREATE TABLE call(
  segment BLOB PRIMARY KEY REFERENCES segment(id) ON DELETE CASCADE,
  direction INTEGER NOT NULL CHECK(direction BETWEEN 0 AND 3),
  duration INTEGER NOT NULL,
  details BLOB NOT NULL,                                 -- sealed with the recording's own key
  content_token BLOB NOT NULL UNIQUE,
  native_token BLOB NOT NULL UNIQUE,
  group_token BLOB,
  needs_details INTEGER NOT NULL CHECK(needs_details IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX call_by_group ON call(group_token) WHERE group_token IS NOT NULL;

CREATE TABLE call_token(
  token BLOB NOT NULL CHECK(length(token) = 32),
  segment BLOB NOT NULL REFERENCES call(segment) ON DELETE CASCADE,
  PRIMARY KEY(token, segment)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_token_by_segment ON call_token(segment);

CREATE TABLE call_path(
  token BLOB PRIMARY KEY CHECK(length(token) = 32),
  segment BLOB NOT NULL REFERENCES call(segment) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX call_path_by_segment ON call_path(segment);

CREATE TABLE gap(
  source TEXT NOT NULL REFERENCES source(name),
  start_at INTEGER NOT NULL,
  end_at INTEGER NOT NULL CHECK(end_at > start_at),
  cause TEXT NOT NULL,
  PRIMARY KEY(source, start_at, end_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold(
  id BLOB PRIMARY KEY CHECK(length(id) = 16),
  reason TEXT NOT NULL CHECK(reason <> ''),
  authority TEXT NOT NULL CHECK(authority <> ''),
  review_at INTEGER NOT NULL,
  placed_at INTEGER NOT NULL,
  placed_by TEXT NOT NULL,
  numbers BLOB NOT NULL,                                 -- the numbers as typed, sealed
  released_at INTEGER,
  counts_until INTEGER,                                  -- released_at + 24 h
  released_by TEXT,
  release_reason TEXT,
  ended_at INTEGER                                       -- seen to have stopped counting
) STRICT, WITHOUT ROWID;
-- Holds that are over stay on record for ever; what asks for those in force must not read them all.
CREATE INDEX hold_active ON hold(id) WHERE released_at IS NULL;
CREATE INDEX hold_counting ON hold(counts_until) WHERE released_at IS NOT NULL;
CREATE INDEX hold_open ON hold(id) WHERE ended_at IS NULL;

CREATE TABLE hold_span(
  hold BLOB NOT NULL REFERENCES hold(id),
  source TEXT NOT NULL,                                  -- may name a source that a lost catalogue no longer knows
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL CHECK(to_at > from_at),
  PRIMARY KEY(hold, source, from_at, to_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold_number(
  hold BLOB NOT NULL REFERENCES hold(id),
  token BLOB NOT NULL CHECK(length(token) = 32),
  PRIMARY KEY(hold, token)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold_call(
  hold BLOB NOT NULL REFERENCES hold(id),
  segment BLOB NOT NULL CHECK(length(segment) = 16),
  group_token BLOB,
  PRIMARY KEY(hold, segment)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold_missed(                                -- had already expired when the hold was placed: not kept by it
  hold BLOB NOT NULL REFERENCES hold(id),
  segment BLOB NOT NULL REFERENCES segment(id) ON DELETE CASCADE,
  PRIMARY KEY(hold, segment)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_missed_by_segment ON hold_missed(segment);

CREATE TABLE tombstone(
  segment BLOB PRIMARY KEY CHECK(length(segment) = 16),
  source TEXT NOT NULL,
  class TEXT NOT NULL,
  kind INTEGER NOT NULL,
  start_at INTEGER NOT NULL,
  end_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  deleted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstone_by_time ON tombstone(source, start_at);

CREATE TABLE tombstone_token(                            -- what keeps a deleted call from being imported again
  kind INTEGER NOT NULL CHECK(kind BETWEEN 0 AND 2),     -- 0: content, 1: native id, 2: file name
  token BLOB NOT NULL CHECK(length(token) = 32),
  segment BLOB NOT NULL,
  PRIMARY KEY(kind, token)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace tenure::storage
