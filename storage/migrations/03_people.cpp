// People, their second factors, sessions, and requests that wait for a second person.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kPeopleMigration = R"sql(
CREATE TABLE person(
  id BLOB PRIMARY KEY CHECK(length(id) = 16),
  name TEXT NOT NULL UNIQUE,                             -- to log in with, and in the ledger; never used again
  display TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  disabled_at INTEGER,
  password TEXT NOT NULL,                                -- argon2id, encoded; empty: none yet
  password_by TEXT NOT NULL,                             -- who set it
  totp BLOB,                                             -- the secret, sealed
  totp_by TEXT NOT NULL,
  recovery_by TEXT NOT NULL,                             -- who was shown the recovery codes
  totp_step INTEGER NOT NULL DEFAULT 0,                  -- the last step that was used: none is taken twice
  failures INTEGER NOT NULL DEFAULT 0,                   -- in a row
  failed_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE person_role(
  person BLOB NOT NULL REFERENCES person(id),
  role TEXT NOT NULL,
  PRIMARY KEY(person, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_code(
  person BLOB NOT NULL REFERENCES person(id),
  code BLOB NOT NULL CHECK(length(code) = 32),           -- a hash of it
  used_at INTEGER,
  PRIMARY KEY(person, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE peer_failure(                               -- failed logins of one Unix user, whoever was named
  uid INTEGER PRIMARY KEY,
  failures INTEGER NOT NULL,
  failed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE session(
  token BLOB PRIMARY KEY CHECK(length(token) = 32),      -- a hash of it
  person BLOB NOT NULL REFERENCES person(id),
  uid INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  proved_at INTEGER NOT NULL,                            -- the last fresh code
  reason TEXT NOT NULL,
  case_reference TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_person ON session(person);

CREATE TABLE access_rights(                              -- the rights in force when they last changed
  only_row INTEGER PRIMARY KEY CHECK(only_row = 1),
  overrides TEXT NOT NULL
) STRICT;

CREATE TABLE approval(
  id BLOB PRIMARY KEY CHECK(length(id) = 16),
  act TEXT NOT NULL CHECK(act <> ''),
  subject TEXT NOT NULL,
  reason TEXT NOT NULL,
  state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 4),   -- waiting, approved, refused, used, expired
  asked_at INTEGER NOT NULL,
  asked_by TEXT NOT NULL CHECK(asked_by <> ''),
  asked_person TEXT NOT NULL,                            -- id; empty for a Unix user
  expires_at INTEGER NOT NULL,
  earliest INTEGER,                                      -- no second person: from then on it stands alone
  decided_at INTEGER,
  decided_by TEXT NOT NULL DEFAULT '',
  decided_reason TEXT NOT NULL DEFAULT '',
  used_at INTEGER,
  note TEXT NOT NULL DEFAULT ''                          -- what makes one look twice at who asked and who approved
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_by_time ON approval(asked_at);
)sql";

}  // namespace tenure::storage
